package io.github.dsqljava.local.plans;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes plans as PostgreSQL 16 does in JSON, YAML and XML. A character is a byte. */
final class PlanFormats {
  private static final String HEX = "0123456789abcdef";

  private PlanFormats() {}

  // ---- JSON

  static String json(List<PlanNode> explained) {
    StringBuilder out = new StringBuilder("[");
    Iterator<PlanNode> nodes = explained.iterator();
    while (nodes.hasNext()) {
      out.append("\n  ");
      jsonValue(out, nodes.next().properties(), 1);
      out.append(nodes.hasNext() ? "," : "");
    }
    return out.append("\n]").toString();
  }

  private static void jsonValue(StringBuilder out, Object value, int indent) {
    if (value instanceof Map<?, ?> object) {
      jsonObject(out, object, indent);
    } else if (value instanceof List<?> list) {
      jsonList(out, list, indent);
    } else if (value instanceof String text) {
      quote(out, text);
    } else {
      out.append(value);
    }
  }

  private static void jsonObject(StringBuilder out, Map<?, ?> object, int indent) {
    out.append('{');
    String separator = "\n";
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      out.append(separator).append("  ".repeat(indent + 1));
      quote(out, entry.getKey().toString());
      out.append(": ");
      jsonValue(out, entry.getValue(), indent + 1);
      separator = ",\n";
    }
    out.append('\n').append("  ".repeat(indent)).append('}');
  }

  /** Values stand in one line, objects and lists in lines of their own. */
  private static void jsonList(StringBuilder out, List<?> list, int indent) {
    boolean flat = !list.isEmpty() && !isGroup(list.get(0));
    String separator = flat ? "" : "\n";
    out.append('[');
    for (Object element : list) {
      out.append(separator);
      if (!flat) {
        out.append("  ".repeat(indent + 1));
      }
      if (element instanceof List<?> inner) {
        keys(out, inner);
      } else {
        jsonValue(out, element, indent + 1);
      }
      separator = flat ? ", " : ",\n";
    }
    if (!flat) {
      out.append('\n').append("  ".repeat(indent));
    }
    out.append(']');
  }

  /** A list within a list stands in one line, even if it is empty. */
  private static void keys(StringBuilder out, List<?> keys) {
    out.append('[');
    String separator = "";
    for (Object key : keys) {
      quote(out.append(separator), key.toString());
      separator = ", ";
    }
    out.append(']');
  }

  private static boolean isGroup(Object value) {
    return value instanceof Map || value instanceof List;
  }

  private static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      switch (unit) {
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        default -> {
          if (unit < ' ') {
            out.append("\\u00").append(HEX.charAt(unit >> 4)).append(HEX.charAt(unit & 15));
          } else {
            out.append(unit);
          }
        }
      }
    }
    out.append('"');
  }

  // ---- YAML

  static String yaml(List<PlanNode> explained) {
    StringBuilder out = new StringBuilder();
    for (PlanNode node : explained) {
      out.append(out.isEmpty() ? "- " : "\n- ");
      yamlObject(out, node.properties(), 1);
    }
    return out.toString();
  }

  private static void yamlObject(StringBuilder out, Map<?, ?> object, int indent) {
    String separator = "";
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      out.append(separator).append(entry.getKey()).append(": ");
      yamlValue(out, entry.getValue(), indent);
      separator = "\n" + "  ".repeat(indent);
    }
  }

  private static void yamlValue(StringBuilder out, Object value, int indent) {
    if (value instanceof Map<?, ?> object) {
      out.append('\n').append("  ".repeat(indent + 1));
      yamlObject(out, object, indent + 1);
    } else if (value instanceof List<?> list) {
      for (Object element : list) {
        out.append('\n').append("  ".repeat(indent + 1)).append("- ");
        if (element instanceof Map<?, ?> object) {
          yamlObject(out, object, indent + 2);
        } else if (element instanceof List<?> inner) {
          keys(out, inner);
        } else {
          yamlValue(out, element, indent + 1);
        }
      }
    } else if (value instanceof String text) {
      quote(out, text);
    } else {
      out.append(value);
    }
  }

  // ---- XML

  static String xml(List<PlanNode> explained) {
    StringBuilder out =
        new StringBuilder("<explain xmlns=\"http://www.postgresql.org/2009/explain\">");
    for (PlanNode node : explained) {
      xmlValue(out, "Query", node.properties(), 1);
    }
    return out.append("\n</explain>").toString();
  }

  private static void xmlValue(StringBuilder out, String name, Object value, int indent) {
    String tag = tag(name).replace(' ', '-').replace('/', '-');
    out.append('\n').append("  ".repeat(indent)).append('<').append(tag).append('>');
    if (value instanceof Map<?, ?> object) {
      object.forEach((key, inner) -> xmlValue(out, key.toString(), inner, indent + 1));
    } else if (value instanceof List<?> list) {
      String item = isGroup(list.isEmpty() ? "" : list.get(0)) ? singular(name) : "Item";
      list.forEach(element -> xmlValue(out, item, element, indent + 1));
    } else {
      escape(out, value.toString());
    }
    if (isGroup(value)) {
      out.append('\n').append("  ".repeat(indent));
    }
    out.append("</").append(tag).append('>');
  }

  /** Returns the XML element of a group of properties; some groups share one. */
  private static String tag(String name) {
    return switch (name) {
      case "Full-sort Groups", "Pre-sorted Groups" -> "Incremental Sort Groups";
      case "Sort Space Memory", "Sort Space Disk" -> "Sort Space";
      default -> name;
    };
  }

  private static String singular(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith("s")
        ? name.substring(0, name.length() - 1)
        : name;
  }

  private static void escape(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      switch (unit) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '\r' -> out.append("&#x0d;");
        default -> out.append(unit);
      }
    }
  }
}
