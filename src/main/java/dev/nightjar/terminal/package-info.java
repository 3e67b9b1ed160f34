/** What commands have around them: what they say and show, and how they end. */
@NullMarked
package dev.nightjar.terminal;

import org.jspecify.annotations.NullMarked;
