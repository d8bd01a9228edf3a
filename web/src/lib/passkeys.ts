/**
 * Passkeys (W3C WebAuthn Level 3): the browser's part of creating one and of signing in with one. Cancelling is not an
 * error.
 */
import {
  browserSupportsWebAuthn,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser';
import { ask, send, ApiError } from './api.js';
import { session, type SessionAnswer } from './session.svelte.js';
import { m } from './messages.js';

/** Whether passkeys can work in this browser at this URL. */
export const passkeysWork = (): boolean => session.now?.passkeys === true && browserSupportsWebAuthn();

/**
 * Requests a passkey: the proof for the server that the person has it; undefined if they cancelled. @throws ApiError
 */
export async function proveByPasskey(): Promise<AuthenticationResponseJSON | undefined> {
  const optionsJSON = await ask<PublicKeyCredentialRequestOptionsJSON>('/api/session/passkey/options', send('POST'));
  return turned(() => startAuthentication({ optionsJSON }));
}

/** Signs in with a passkey; undefined if the person cancelled. @throws ApiError */
export async function signInByPasskey(): Promise<SessionAnswer | undefined> {
  const response = await proveByPasskey();
  return response && ask('/api/session/passkey', send('POST', { response }));
}

/** Confirms the identity with a passkey; undefined if the person cancelled. @throws ApiError */
export async function confirmByPasskey(): Promise<SessionAnswer | undefined> {
  const response = await proveByPasskey();
  return response && ask('/api/session/confirm', send('POST', { response }));
}

/** Creates a passkey on this device; false if the person cancelled. @throws ApiError */
export async function addPasskey(name: string): Promise<boolean> {
  const optionsJSON = await ask<PublicKeyCredentialCreationOptionsJSON>('/api/me/passkeys/options', send('POST'));
  const response = await turned(() => startRegistration({ optionsJSON }));
  if (response) await ask('/api/me/passkeys', send('POST', { response, name }));
  return response !== undefined;
}

async function turned<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'NotAllowedError' || name === 'AbortError') return undefined;
    if (error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
      throw new ApiError('conflict', m.app.passkeyKnown);
    throw new ApiError('invalid', m.app.passkeyFailed);
  }
}
