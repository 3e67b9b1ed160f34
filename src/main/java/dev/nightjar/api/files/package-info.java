/** What the verbs of files and uploads do. */
@NullMarked
package dev.nightjar.api.files;

import org.jspecify.annotations.NullMarked;
