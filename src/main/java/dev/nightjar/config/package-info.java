/** Settings: a record for each subject, and how each is read from the file. */
@NullMarked
package dev.nightjar.config;

import org.jspecify.annotations.NullMarked;
