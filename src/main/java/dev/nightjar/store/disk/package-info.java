/** Files of this machine: what is forced, who may read them, how much room there is. */
@NullMarked
package dev.nightjar.store.disk;

import org.jspecify.annotations.NullMarked;
