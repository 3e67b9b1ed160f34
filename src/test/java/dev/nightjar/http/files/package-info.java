/** Files over HTTP: uploads in one and in parts, downloads, lists, and what they may take. */
@NullMarked
package dev.nightjar.http.files;

import org.jspecify.annotations.NullMarked;
