/** Where things are kept: the interfaces. */
@NullMarked
package dev.nightjar.store;

import org.jspecify.annotations.NullMarked;
