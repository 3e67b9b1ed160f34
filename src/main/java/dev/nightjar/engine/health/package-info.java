/** How well upstreams are, and whose fault a failure is, by what came of many calls; pure. */
@NullMarked
package dev.nightjar.engine.health;

import org.jspecify.annotations.NullMarked;
