/**
 * Draws a photo sphere (an equirectangular picture of all directions) as it looks from its centre, with WebGL: one
 * triangle over the canvas, whose shader finds the pixel in each direction. Keeps nothing after `close`.
 */

/** The direction of view: degrees to the right and up, and the vertical field of view. */
export interface Gaze {
  yaw: number;
  pitch: number;
  field: number;
}

/** The first look: straight ahead. */
export const ahead: Gaze = { yaw: 0, pitch: 0, field: 75 };

/** A picture that can be drawn. */
export interface Sphere {
  /** Draws it at the present size of the canvas. */
  draw(gaze: Gaze): void;
  /** Replaces the picture by a sharper one. */
  show(picture: ImageBitmap): void;
  /** The largest side of a picture that the device can draw, px. */
  readonly most: number;
  close(): void;
}

/** A view within its bounds: not beyond the poles, and neither too close nor too wide to look like a picture. */
export const boundGaze = ({ yaw, pitch, field }: Gaze): Gaze => ({
  yaw: ((((yaw + 180) % 360) + 360) % 360) - 180,
  pitch: Math.min(90, Math.max(-90, pitch)),
  field: Math.min(100, Math.max(20, field)),
});

const vertex = 'attribute vec2 at; varying vec2 p; void main() { p = at; gl_Position = vec4(at, 0.0, 1.0); }';
const fragment = `
  precision highp float;
  varying vec2 p;
  uniform sampler2D picture;
  uniform vec2 extent;
  uniform vec2 gaze;
  void main() {
    vec3 d = normalize(vec3(p * extent, -1.0));
    float c = cos(gaze.y), s = sin(gaze.y);
    d = vec3(d.x, c * d.y - s * d.z, s * d.y + c * d.z);
    float longitude = atan(d.x, -d.z) + gaze.x;
    gl_FragColor = texture2D(picture, vec2(fract(longitude / 6.28318530718 + 0.5), acos(clamp(d.y, -1.0, 1.0)) / 3.14159265359));
  }`;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Opens a canvas for drawing; undefined if the device can't. */
export function openSphere(canvas: HTMLCanvasElement): Sphere | undefined {
  const gl = canvas.getContext('webgl', { alpha: false, antialias: false, depth: false });
  const program = gl && link(gl);
  if (!gl || !program) return undefined;
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
  const at = gl.getAttribLocation(program, 'at');
  gl.enableVertexAttribArray(at);
  gl.vertexAttribPointer(at, 2, gl.FLOAT, false, 0, 0);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  for (const [name, value] of [
    [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
    [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
    [gl.TEXTURE_MIN_FILTER, gl.LINEAR],
    [gl.TEXTURE_MAG_FILTER, gl.LINEAR],
  ] as const)
    gl.texParameteri(gl.TEXTURE_2D, name, value);
  const [extent, gazing] = [gl.getUniformLocation(program, 'extent'), gl.getUniformLocation(program, 'gaze')];
  return {
    most: gl.getParameter(gl.MAX_TEXTURE_SIZE) as number,
    show(picture) {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, gl.RGB, gl.UNSIGNED_BYTE, picture);
    },
    draw({ yaw, pitch, field }) {
      const { width, height } = canvas;
      const half = Math.tan(radians(field) / 2);
      gl.viewport(0, 0, width, height);
      gl.uniform2f(extent, (half * width) / height, half);
      gl.uniform2f(gazing, radians(yaw), radians(pitch));
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    },
    close: () => gl.getExtension('WEBGL_lose_context')?.loseContext(),
  };
}

function link(gl: WebGLRenderingContext): WebGLProgram | undefined {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) return undefined;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) === true ? program : undefined;
}
