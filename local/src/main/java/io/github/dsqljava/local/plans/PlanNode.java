package io.github.dsqljava.local.plans;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A node of a plan, or another object in PostgreSQL's JSON. Its order is that of the output. */
record PlanNode(Map<String, Object> properties) {
  static final String PLANS = "Plans";

  PlanNode() {
    this(new LinkedHashMap<>());
  }

  @SuppressWarnings("unchecked")
  static PlanNode of(Object json) {
    return new PlanNode((Map<String, Object>) json);
  }

  boolean has(String name) {
    return properties.containsKey(name);
  }

  /** Returns a property as text; empty if it is not there. */
  String text(String name) {
    Object value = properties.get(name);
    return value == null ? "" : value.toString();
  }

  boolean is(String name) {
    return text(name).equals("true");
  }

  /** Returns a number; 0 if it is not there. */
  double number(String name) {
    return has(name) ? Double.parseDouble(text(name)) : 0;
  }

  /** Returns an object; an empty one if it is not there. */
  PlanNode node(String name) {
    Object value = properties.get(name);
    return value == null ? new PlanNode() : of(value);
  }

  String type() {
    return text("Node Type");
  }

  /** Returns the objects of a list; none if it is not there. */
  List<PlanNode> nodes(String name) {
    List<PlanNode> nodes = new ArrayList<>();
    if (properties.get(name) instanceof List<?> list) {
      for (Object element : list) {
        nodes.add(of(element));
      }
    }
    return nodes;
  }

  List<PlanNode> children() {
    return nodes(PLANS);
  }

  /** Returns the texts of a list; none if it is not there. */
  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    if (properties.get(name) instanceof List<?> list) {
      list.forEach(element -> texts.add(element.toString()));
    }
    return texts;
  }

  void put(String name, Object value) {
    properties.put(name, value);
  }

  void put(String name, PlanNode value) {
    properties.put(name, value.properties);
  }

  void put(String name, List<PlanNode> values) {
    properties.put(name, new ArrayList<Object>(values.stream().map(PlanNode::properties).toList()));
  }

  void remove(String name) {
    properties.remove(name);
  }

  /** Takes over a property of another node, if that has it. */
  void take(String name, PlanNode from) {
    Object value = from.properties.get(name);
    if (value != null) {
      properties.put(name, value);
    }
  }

  /** Puts a property before another one, or last if that is not there. */
  void putBefore(String place, String name, Object value) {
    Map<String, Object> before = new LinkedHashMap<>(properties);
    properties.clear();
    before.forEach(
        (key, old) -> {
          if (key.equals(place)) {
            properties.put(name, value);
          }
          properties.put(key, old);
        });
    properties.putIfAbsent(name, value);
  }

  /** Replaces the texts of a property, single or in a list. */
  void replaceTexts(String name, Function<String, String> replacement) {
    Object value = properties.get(name);
    if (value instanceof String text) {
      properties.put(name, replacement.apply(text));
    } else if (value instanceof List<?> list) {
      List<Object> replaced = new ArrayList<>();
      for (Object element : list) {
        replaced.add(element instanceof String text ? replacement.apply(text) : element);
      }
      properties.put(name, replaced);
    }
  }
}
