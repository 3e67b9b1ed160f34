/** The stores on SQLite. */
@NullMarked
package dev.nightjar.store.sqlite;

import org.jspecify.annotations.NullMarked;
