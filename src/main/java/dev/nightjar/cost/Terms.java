package dev.nightjar.cost;

/** On what terms batches run: what they cost, and how much a project may queue and spend. */
public record Terms(PriceTable prices, Quotas quotas) {
  public static final Terms NONE = new Terms(PriceTable.NONE, Quotas.NONE);
}
