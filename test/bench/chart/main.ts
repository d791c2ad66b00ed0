import { mount } from 'svelte'
import '../../../src-renderer/ui/tokens.css'
import eight from '../../../resources/architectures/sequence-eight-outputs.json'
import Harness from './Harness.svelte'

const target = document.querySelector('#chart')
if (target) mount(Harness, { target, props: { document: eight } })
