"""The classical recipe, for comparison: rename, EXIF, two LANCZOS thumbs, hash, rename; one file after the other.

Arguments: incoming, work, done, width and height of the big thumb, width and height of the small one.
"""
import hashlib
import os
import sys

from PIL import Image, ImageOps

incoming, work, done = sys.argv[1:4]
big = (int(sys.argv[4]), int(sys.argv[5]))
small = (int(sys.argv[6]), int(sys.argv[7]))

for name in sorted(os.listdir(incoming)):
    here = os.path.join(work, name)
    os.rename(os.path.join(incoming, name), here)
    with Image.open(here) as image:
        exif = dict(image.getexif())
        image = ImageOps.exif_transpose(image).convert("RGB")
        for size, kind in ((big, "big"), (small, "small")):
            thumb = image.copy()
            thumb.thumbnail(size, Image.LANCZOS)
            thumb.save(os.path.join(done, f"{name}.{kind}.jpg"), quality=80)
    with open(here, "rb") as file:
        hashlib.md5(file.read()).hexdigest()
    os.rename(here, os.path.join(done, name))
