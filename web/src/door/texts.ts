/** The words at the door: signing in, setting up, an invitation. Fetched with it. */

/** Short and plain. */
export const doorTexts = {
  signIn: 'Sign in',
  signInText: 'to see the photos',
  name: 'Name',
  password: 'Password',
  go: 'Sign in',
  going: 'Signing in…',
  passkey: 'Sign in with a passkey',
  or: 'or',
  forgotten: 'Password forgotten? Ask the owner for a new link.',
  look: 'See the public photos',
  setUp: 'Make it yours',
  setUpText: 'You are the first here, so you become the owner.',
  newPassword: 'Choose a password',
  passwordHint: 'At least 10 characters. A few words that do not belong together make a good one.',
  setUpGoneText:
    'A newer link took its place, or it expired. Restart the server to get a new link, or run photospool users add on its computer.',
  setUpGo: 'Create my account',
  setUpDone: 'There is an owner already',
  setUpDoneText: 'A set-up link works once. Sign in, or ask the owner for an invitation.',
  noCode: 'This link is not whole',
  noCodeText: 'A part of it was lost on the way. Copy it again, all of it, with what stands behind the #.',
  welcome: (name: string) => `Welcome, ${name}`,
  welcomeText: 'Choose a password, and you are in.',
  inviteGo: 'Come in',
  inviteGone: 'This link does not work any more',
  inviteGoneText: 'It was used, or it ran out. Ask the owner for a new one.',
};
