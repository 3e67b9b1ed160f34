/**
 * The stores in SQL, for any database that says in a {@link dev.nightjar.store.sql.Dialect} where
 * it differs.
 */
@NullMarked
package dev.nightjar.store.sql;

import org.jspecify.annotations.NullMarked;
