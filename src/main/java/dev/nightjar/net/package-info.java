/** What is known of the network; guarding against slow clients, which both HTTP servers share. */
@NullMarked
package dev.nightjar.net;

import org.jspecify.annotations.NullMarked;
