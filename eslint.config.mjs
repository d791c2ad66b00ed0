import javascript from '@eslint/js'
import node from 'eslint-plugin-n'
import svelte from 'eslint-plugin-svelte'
import { defineConfig, globalIgnores } from 'eslint/config'
import typescript from 'typescript-eslint'

export default defineConfig(
  globalIgnores(['out/', 'dist/', 'coverage/', 'runs/']),
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.svelte'],
    extends: [javascript.configs.recommended, typescript.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        // The same for every kind of file: where it changes from one to the next, all types are read anew.
        extraFileExtensions: ['.svelte'],
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-undef': 'off', // tsc knows the names of each runtime
      eqeqeq: 'error',
      'object-shorthand': 'error',
      // A type may name a package that is only loaded when it is needed.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // An async method makes a rejection of what it throws, also where it waits for nothing.
      '@typescript-eslint/require-await': 'off',
      // Without noUncheckedIndexedAccess the type of `array[index]` promises more than is true, and this rule
      // would have the honest check for undefined taken away.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    extends: [svelte.configs.recommended],
    languageOptions: { parserOptions: { parser: typescript.parser } },
  },
  {
    files: ['**/*.svelte'],
    rules: {
      // eslint does not know the props of components, so a callback given to one has `any` for it; svelte-check does.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // The Electron of the tests has Node 16.17; the command and the server have Node 20 to themselves.
    files: ['src-main/**/*.ts'],
    ignores: ['src-main/{cli,server}/**'],
    plugins: { n: node },
    rules: {
      'n/no-unsupported-features/node-builtins': ['error', { version: '>=16.17.0' }],
      'n/no-unsupported-features/es-builtins': ['error', { version: '>=16.17.0' }],
    },
  },
  {
    files: ['**/*.mjs'],
    rules: {
      // A cast in JavaScript is a comment, which these rules do not see.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A test builds wrong values on purpose.
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
    },
  },
)
