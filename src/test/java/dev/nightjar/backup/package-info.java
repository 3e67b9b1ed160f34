/** Backups of a real server. */
@NullMarked
package dev.nightjar.backup;

import org.jspecify.annotations.NullMarked;
