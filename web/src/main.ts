/** Mounts the app as soon as the messages of its language are loaded (start.ts). */
import { mount } from 'svelte';
import App from './app/App.svelte';
import { loadMessages } from './lib/messages.js';
import './app/base.css';

void loadMessages().then(() => mount(App, { target: document.getElementById('album')! }));
