#include "generate.h"

#include <algorithm>
#include <sstream>

namespace schemac {
namespace {

/// The C++ condition under which `version`, known to be in `context`, is in `versions`; empty if always.
std::string condition(Versions versions, Versions context) {
  std::string low = versions.min > context.min ? "version_ >= " + std::to_string(versions.min) : "";
  std::string high = versions.max < context.max ? "version_ <= " + std::to_string(versions.max) : "";
  return low.empty() ? high : high.empty() ? low : low + " && " + high;
}

/// The C++ condition that the field has not its default value.
std::string is_set(const Field& field) {
  const bool empties = field.is_array || field.type == "string" || field.type == "bytes";
  if (field.nullable && field.default_value == "null") return field.name + ".has_value()";
  if (field.nullable && empties) return "!" + field.name + " || !" + field.name + "->empty()";
  if (field.nullable) return field.name + " != decltype(" + field.name + "){std::in_place}";
  if (empties) return "!" + field.name + ".empty()";
  if (field.type == "uuid") return "!" + field.name + ".is_zero()";
  if (field.is_struct()) return field.name + " != " + field.type + "{}";
  if (field.type == "bool") return field.default_value == "true" ? "!" + field.name : field.name;
  return field.name + " != " + (field.default_value.empty() ? "0" : field.default_value);
}

/// `encode_value(w, name, version_);` and the like; `verb` is encode or decode, `io` the Writer or Reader.
std::string call(const std::string& verb, const char* io, const Field& field) {
  const bool bytes = field.type == "bytes";
  std::string text = verb + (bytes ? "_bytes(" : "_value(") + io + ", " + field.name + (bytes ? "" : ", version_");
  if (field.nullable && *field.nullable != field.versions) text += ", " + condition(*field.nullable, field.versions);
  return text + ");";
}

/// Writes the three functions of one struct. Parameters and variables in them end in `_`, as no field does.
class Codec {
 public:
  Codec(std::ostream& out, const Message& message, const Struct& type)
      : out_(out), type_(type), name_(message.name), flexible_(message.versions.max >= message.flexible_from) {
    if (&type != &message.structs.back()) name_ += "::" + type.name;
    if (message.is_record && flexible_) unknown_ = "unknown_tags";
    for (const Field& field : type.fields) {
      if (field.tag) tagged_.push_back(&field);
    }
    std::ranges::sort(tagged_, {}, [](const Field* field) { return *field->tag; });
  }

  void put() {
    put_encode();
    put_decode();
    put_describe();
  }

 private:
  void put_absent(const Field& field, const std::string& present) {
    out_ << "  if (!(" << present << ") && (" << is_set(field) << ")) w_.fail(\"" << field.name
         << " is not in this version of " << name_ << "\");\n";
  }

  void put_encode() {
    out_ << "void " << name_ << "::encode(Writer& w_, int version_) const {\n";
    for (const Field& field : type_.fields) {
      const std::string present = condition(field.versions, type_.versions);
      if (!field.tag)
        out_ << "  " << (present.empty() ? "" : "if (" + present + ") ") << call("encode", "w_", field) << '\n';
      if (!present.empty() && !field.ignorable) put_absent(field, present);
    }
    if (flexible_ && tagged_.empty())
      out_ << "  encode_no_tags(w_" << (unknown_.empty() ? "" : ", &" + unknown_) << ");\n";
    if (flexible_ && !tagged_.empty()) put_encode_tags();
    out_ << "}\n";
  }

  void put_encode_tags() {
    out_ << "  TagWriter tags_(w_" << (unknown_.empty() ? "" : ", &" + unknown_) << ");\n";
    for (const Field* field : tagged_) {
      const std::string present = condition(field->versions, type_.versions);
      const std::string set = is_set(*field);
      out_ << "  if (" << (present.empty() ? set : present + " && (" + set + ")") << ") {\n    tags_.begin("
           << *field->tag << ");\n    " << call("encode", "w_", *field) << "\n    tags_.end();\n  }\n";
    }
    out_ << "  tags_.finish();\n";
  }

  void put_decode() {
    out_ << "void " << name_ << "::decode(Reader& r_, int version_) {\n";
    for (const Field& field : type_.fields) {
      if (field.tag) continue;
      const std::string present = condition(field.versions, type_.versions);
      out_ << "  " << (present.empty() ? "" : "if (" + present + ") ") << call("decode", "r_", field) << '\n';
    }
    if (flexible_ && tagged_.empty())
      out_ << "  decode_no_tags(r_" << (unknown_.empty() ? "" : ", &" + unknown_) << ");\n";
    if (flexible_ && !tagged_.empty()) put_decode_tags();
    out_ << "}\n";
  }

  void put_decode_tags() {
    out_ << "  for (TagReader tags_(r_); tags_.next();) {\n    switch (tags_.tag()) {\n";
    const std::string other = unknown_.empty() ? "tags_.skip();" : "tags_.keep(" + unknown_ + ");";
    for (const Field* field : tagged_) {
      const std::string present = condition(field->versions, type_.versions);
      out_ << "      case " << *field->tag << ":\n        ";
      if (!present.empty())
        out_ << "if (!(" << present << ")) {\n          " << other << "\n          break;\n        }\n        ";
      out_ << call("decode", "r_", *field) << "\n        break;\n";
    }
    out_ << "      default:\n        " << other << "\n    }\n  }\n";
  }

  void put_describe() {
    out_ << "std::string " << name_ << "::describe() const {\n  Description d_;\n";
    for (const Field& field : type_.fields) {
      out_ << "  d_." << (field.type == "bytes" ? "bytes_" : "") << "field(\"" << field.name << "\", " << field.name
           << ");\n";
    }
    out_ << "  return d_.finish();\n}\n\n";
  }

  std::ostream& out_;
  const Struct& type_;
  std::string name_;
  bool flexible_;
  std::string unknown_;
  std::vector<const Field*> tagged_;
};

}  // namespace

std::string generate_codecs(const std::vector<const Schema*>& schemas) {
  std::ostringstream out;
  out << "// Generated by schemac.\n#pragma GCC diagnostic ignored \"-Wunused-parameter\"\n"
      << "#include \"protocol/codec.h\"\n#include \"protocol/description.h\"\n";
  for (const Schema* schema : schemas) out << "#include \"protocol/" << schema->stem << ".h\"\n";
  out << "\nnamespace kstream::protocol {\n\n";
  for (const Schema* schema : schemas) {
    for (const Message& message : schema->messages) {
      for (const Struct& type : message.structs) Codec(out, message, type).put();
    }
  }
  out << "}  // namespace kstream::protocol\n";
  return out.str();
}

}  // namespace schemac
