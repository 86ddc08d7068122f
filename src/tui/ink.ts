/**
 * What is used of Ink. In dist/ the build puts Ink itself in this file's place (scripts/build.js): of the 500 files that it is made of
 * most belong to a library of which it needs one function, and reading them took 0.17 s of every start, and 10 MB.
 */
// biome-ignore lint/performance/noBarrelFile: it becomes a bundle.
export { Box, type Key, render, Text, useInput, useStdout } from "ink";
