/** Mounts the app. */
import { mount } from 'svelte';
import App from './app/App.svelte';
import './app/base.css';

mount(App, { target: document.getElementById('album')! });
