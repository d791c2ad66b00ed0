import './ui/tokens.css'
// Before any schema is made.
import './zod-without-eval'
import { mount } from 'svelte'
import App from './app/App.svelte'

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no element with the id "app".')
mount(App, { target })
