package dev.nightjar.terminal;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Rows in aligned columns; those of numbers stand at the right. */
public final class Table {
  private static final String GAP = "  ";

  private final List<Column> columns;
  private final List<List<String>> rows = new ArrayList<>();

  /** A column's head, and on which side its cells stand. */
  public record Column(String head, boolean isRight) {
    public static Column left(String head) {
      return new Column(head, false);
    }

    public static Column right(String head) {
      return new Column(head, true);
    }
  }

  Table(List<Column> columns) {
    this.columns = List.copyOf(columns);
  }

  public void add(List<String> cells) {
    rows.add(cells.stream().map(Human::printable).toList());
  }

  void print(PrintStream out) {
    List<String> heads = columns.stream().map(Column::head).toList();
    int[] widths = new int[columns.size()];
    widen(widths, heads);
    rows.forEach(row -> widen(widths, row));
    out.println(line(widths, heads));
    rows.forEach(row -> out.println(line(widths, row)));
  }

  /** Names and values, without a head. */
  static void printPairs(PrintStream out, List<List<String>> pairs) {
    int width = pairs.stream().mapToInt(pair -> length(pair.getFirst())).max().orElse(0);
    for (List<String> pair : pairs) {
      String space = " ".repeat(width - length(pair.getFirst()));
      out.println(Human.printable(pair.getFirst() + space + GAP + pair.getLast()));
    }
  }

  private static void widen(int[] widths, List<String> cells) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], length(cells.get(i)));
    }
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  private String line(int[] widths, List<String> cells) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String space = " ".repeat(widths[i] - length(cells.get(i)));
      line.append(i == 0 ? "" : GAP);
      line.append(columns.get(i).isRight() ? space + cells.get(i) : cells.get(i) + space);
    }
    return line.toString().stripTrailing();
  }
}
