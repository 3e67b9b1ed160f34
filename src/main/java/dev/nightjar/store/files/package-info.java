/** ObjectStore on plain files, and the data directory. */
@NullMarked
package dev.nightjar.store.files;

import org.jspecify.annotations.NullMarked;
