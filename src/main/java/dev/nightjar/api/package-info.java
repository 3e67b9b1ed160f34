/** What the API's verbs do: the rules of files and batches. */
@NullMarked
package dev.nightjar.api;

import org.jspecify.annotations.NullMarked;
