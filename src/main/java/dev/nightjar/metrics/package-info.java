/** The metrics page. */
@NullMarked
package dev.nightjar.metrics;

import org.jspecify.annotations.NullMarked;
