#!/usr/bin/env bash
# Nothing in the tree names a machine: its folders, its package hosts, its users. (The patterns are written so that they do not find
# themselves.)
# shellcheck source=tests/lint/lib.sh disable=SC2154
. "$(dirname "$0")/lib.sh"

patterns='/wor[k]/|/far[m]/|/tmp/bash_job[s]|/hom[e]/[a-z]|/roo[t]/|deb\.debia[n]\.org|archive\.ubunt[u]\.com|registry\.npmj[s]|pypi\.or[g]|files\.pythonhoste[d]|crates\.i[o]'
tree . | grep -v '^build/' | while IFS= read -r file; do
	[ -f "$file" ] && grep -nIHE "$patterns" -- "$file"
done >"$scratch"
faults_from <"$scratch"

# A built file in the tree is one that nobody can read.
tree . | grep -E '\.(o|a|so|d|pyc|log)$|(^|/)(configure|config\.(log|status|h|mk)|autom4te\.cache)(/|$)' | sed 's/$/: made by a build/' >"$scratch"
faults_from <"$scratch"

# One place for each thing: the top folder holds these and no other.
tree . | sed 's#/.*##' | sort -u | grep -vxE 'Makefile|configure\.ac|README\.md|src|include|tests|fixtures|doc|build-aux|ci|cron|action\.yml|\.pre-commit-hooks\.yaml|\.ci|\.gitignore|\.clang-format' |
	sed 's#$#: does not belong into the top folder#' >"$scratch"
faults_from <"$scratch"
finish
