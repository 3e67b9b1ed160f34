/** What becomes of a real server whose data directory is damaged, full or gone. */
@NullMarked
package dev.nightjar.damage;

import org.jspecify.annotations.NullMarked;
