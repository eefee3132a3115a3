// What a cell's text becomes before V8 sees it.
//
// V8 keeps `let` and `const` of earlier cells and knows `await` at top level; what it does not do outside of modules is
// to import them, and a cell that begins with `{` is a block to it, even when an object is meant.
'use strict';

const path = require('node:path');
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');
const acorn = require('internal/deps/acorn/acorn/dist/acorn'); // Node's own parser: `--expose-internals`
const walk = require('internal/deps/acorn/acorn-walk/dist/walk');

const IMPORT = 'cloister.import';
const CALL = `globalThis[Symbol.for('${IMPORT}')]`;
const OPTIONS = { ecmaVersion: 'latest', allowAwaitOutsideFunction: true, allowHashBang: true };

// Lets the code of cells import; names are looked up from the working folder.
function install(folder) {
  const required = createRequire(path.join(folder, 'cell.js'));
  Object.defineProperty(globalThis, Symbol.for(IMPORT), { value: (name) => import(locate(String(name), required)) });
  return required;
}

function locate(name, required) {
  if (/^(node|data|file):/.test(name)) return name;
  try {
    const found = required.resolve(name);
    return path.isAbsolute(found) ? pathToFileURL(found).href : found;
  } catch {
    return /^\.{0,2}\//.test(name) ? pathToFileURL(path.resolve(name)).href : name;
  }
}

// The text to run.
function transformed(code) {
  const isObject = /^\s*\{/.test(code) && !/;\s*$/.test(code) && parsed(`(${code.trim()}\n)`, 'script');
  const text = isObject ? `(${code.trim()}\n)` : code;
  return text.includes('import') ? withImports(text) : text;
}

function parsed(code, sourceType) {
  try {
    return acorn.parse(code, { ...OPTIONS, sourceType });
  } catch {
    return null; // V8 says what is wrong with it
  }
}

function withImports(code) {
  const tree = parsed(code, 'script') ?? parsed(code, 'module');
  if (!tree) return code;
  const changes = [];
  walk.simple(tree, {
    ImportExpression: (node) => changes.push([node.start, node.start + 'import'.length, CALL]),
    ImportDeclaration: (node) => changes.push([node.start, node.end, declaration(node)]),
  });
  changes.sort((one, other) => other[0] - one[0]);
  return changes.reduce((text, [start, end, by]) => text.slice(0, start) + by + text.slice(end), code);
}

function declaration(node) {
  const call = `await ${CALL}(${JSON.stringify(node.source.value)})`;
  const whole = node.specifiers.find((each) => each.type === 'ImportNamespaceSpecifier');
  const names = node.specifiers.filter((each) => each !== whole).map((each) => {
    const imported = each.type === 'ImportDefaultSpecifier' ? 'default' : each.imported.name ?? each.imported.value;
    return `${JSON.stringify(imported)}: ${each.local.name}`;
  });
  if (!whole) return names.length ? `const { ${names.join(', ')} } = ${call};` : `${call};`;
  const rest = names.length ? `, { ${names.join(', ')} } = ${whole.local.name}` : '';
  return `const ${whole.local.name} = ${call}${rest};`;
}

module.exports = { install, transformed };
