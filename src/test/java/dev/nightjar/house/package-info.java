/** What holds for all of the code and its documents, checked. */
@NullMarked
package dev.nightjar.house;

import org.jspecify.annotations.NullMarked;
