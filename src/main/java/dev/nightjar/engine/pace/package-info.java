/** How fast an upstream is called, and how many calls a batch and a project have; pure. */
@NullMarked
package dev.nightjar.engine.pace;

import org.jspecify.annotations.NullMarked;
