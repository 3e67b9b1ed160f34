/** Who may come in, and for which project. */
@NullMarked
package dev.nightjar.http.access;

import org.jspecify.annotations.NullMarked;
