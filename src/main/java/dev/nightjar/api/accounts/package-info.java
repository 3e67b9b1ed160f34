/** What was used, what it cost, and what it may. */
@NullMarked
package dev.nightjar.api.accounts;

import org.jspecify.annotations.NullMarked;
