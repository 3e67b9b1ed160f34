/** What the engine decides, and all that it knows while it runs: values in, values out. */
@NullMarked
package dev.nightjar.engine.core;

import org.jspecify.annotations.NullMarked;
