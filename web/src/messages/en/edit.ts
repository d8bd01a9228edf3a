/** English: rotating, cropping and straightening a photo. */
import { decimal } from '../../lib/language.js';

export const edit = {
  title: 'Crop and straighten',
  save: 'Save',
  cancel: 'Cancel',
  discard: 'Discard your changes?',
  discardYes: 'Discard changes',
  goOn: 'Keep editing',
  rotateLeft: 'Rotate left',
  rotateRight: 'Rotate right',
  compare: 'Compare',
  compareHold: 'Hold to see the original',
  reset: 'Reset',
  angle: 'Straighten',
  degrees: (angle: number) => `${decimal(angle)}°`,
  shape: 'Shape',
  shapes: { original: 'Original', free: 'Free', square: '1:1', four: '4:3', sixteen: '16:9' },
  portraits: { four: '3:4', sixteen: '9:16' },
  frame: 'Crop area. Use the arrow keys to move it, or Shift and the arrow keys to resize it',
  edges: {
    top: 'Top edge',
    bottom: 'Bottom edge',
    left: 'Left edge',
    right: 'Right edge',
  },
  kept: 'The original is kept. You can undo this at any time.',
  picture: 'Photo being edited',
  saved: 'Photo edited',
  unclear: 'Two people cropped this photo differently, so it’s hidden from others. Save a crop to resolve this.',
};
