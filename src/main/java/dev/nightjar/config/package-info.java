/** Settings as values. */
@NullMarked
package dev.nightjar.config;

import org.jspecify.annotations.NullMarked;
