/** What files are, and how bulk bytes travel; pure. */
@NullMarked
package dev.nightjar.file;

import org.jspecify.annotations.NullMarked;
