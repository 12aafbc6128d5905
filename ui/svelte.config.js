// How the components are compiled. `tree` builds the page element by element, so that no markup is ever
// parsed from a string, not even Svelte's own.
export default {
  compilerOptions: { runes: true, css: "external", fragments: "tree" },
};
