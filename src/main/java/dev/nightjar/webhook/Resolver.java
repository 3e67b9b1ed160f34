package dev.nightjar.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a host: at least one. Any thread; waits some seconds at most. */
public interface Resolver {
  /** For a project: one whose lookups hang holds up its own only. */
  List<InetAddress> resolve(String project, String host) throws UnknownHostException;
}
