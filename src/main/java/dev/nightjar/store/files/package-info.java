/** ObjectStore on plain files. */
@NullMarked
package dev.nightjar.store.files;

import org.jspecify.annotations.NullMarked;
