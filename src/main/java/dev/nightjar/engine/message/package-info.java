/** What the engine's core is told and wants done, and the values in that; pure. */
@NullMarked
package dev.nightjar.engine.message;

import org.jspecify.annotations.NullMarked;
