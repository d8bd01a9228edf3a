/** The length of a video in words. Pure. */

/** `0:14`, `1:02:03` for seconds; at least one second. */
export function lengthText(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  const rest = two(whole % 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}
