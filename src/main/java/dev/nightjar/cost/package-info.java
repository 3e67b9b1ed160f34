/** What tokens cost, and how much may be spent and queued. Pure. */
@NullMarked
package dev.nightjar.cost;

import org.jspecify.annotations.NullMarked;
