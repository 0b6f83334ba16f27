// SchemaCompiler: rules for objects.
#include <algorithm>

#include "server/schema/schema_compiler.h"

namespace edgevlm {

struct SchemaCompiler::Properties {
  std::vector<std::string> names;  // in order
  std::set<std::string> required;
  bool is_named = false;  // has "properties": others only if additionalProperties allows them
};

namespace {

constexpr std::size_t kShownNameBytes = 40;  // in messages

// The schemas of all parts for the property `name`.
std::vector<const Json*> PropertyDemands(const std::vector<const Json*>& parts,
                                         const std::string& name) {
  std::vector<const Json*> schemas;
  for (const Json* part : parts) {
    const Json* schema = PropertySchema(*part, name);
    if (schema != nullptr) schemas.push_back(schema);
  }
  return schemas;
}

std::vector<const Json*> MembersNamed(const std::vector<const Json*>& parts, const char* name) {
  std::vector<const Json*> members;
  for (const Json* part : parts) {
    if (part->contains(name)) members.push_back(&(*part)[name]);
  }
  return members;
}

// Accepts exactly these words, as a trie.
Automaton WordsAutomaton(const std::vector<std::string>& words) {
  std::vector<std::map<char32_t, int>> tree(1);
  std::set<int> ends;
  for (const std::string& word : words) {
    int at = 0;
    for (const char32_t c : ToCodePoints(word)) {
      const auto [entry, is_new] =
          tree[static_cast<std::size_t>(at)].try_emplace(c, static_cast<int>(tree.size()));
      at = entry->second;
      if (is_new) tree.emplace_back();
    }
    ends.insert(at);
  }
  Automaton automaton;
  for (const auto& node : tree) {
    Automaton::State state = {.accepts = ends.contains(static_cast<int>(automaton.states.size()))};
    for (const auto& [c, to] : node) state.edges.push_back({{c, c}, to});
    automaton.states.push_back(std::move(state));
  }
  return automaton;
}

}  // namespace

bool SchemaCompiler::ReadProperties(const Schemas& parts, const Location& location,
                                    Properties& properties) {
  std::set<std::string> known;
  const auto add = [&](const std::string& name) {
    if (known.insert(name).second) properties.names.push_back(name);
  };
  for (const Json* declared : MembersNamed(parts, "properties")) {
    if (!declared->is_object()) {
      Fail(ErrorCode::kInvalid, location, "properties: expected an object");
      return false;
    }
    properties.is_named = true;
    for (const auto& [name, schema] : declared->items()) add(name);
  }
  for (const Json* required : MembersNamed(parts, "required")) {
    for (const Json& name : *required) {
      if (!required->is_array() || !name.is_string()) {
        Fail(ErrorCode::kInvalid, location, "required: expected a list of names");
        return false;
      }
      properties.required.insert(name.get<std::string>());
      add(name.get<std::string>());
    }
  }
  for (const Json* names : MembersNamed(parts, "propertyNames")) {
    std::erase_if(properties.names, [&](const std::string& name) {
      return !properties.required.contains(name) && !checker_.Fits(name, *names);
    });
    const bool fit = std::ranges::all_of(
        properties.required, [&](const std::string& name) { return checker_.Fits(name, *names); });
    if (!fit) Fail(ErrorCode::kInvalid, location, "required: a name that propertyNames forbids");
  }
  return !error_;
}

// The name of a property other than the listed ones.
int SchemaCompiler::NameRule(const Schemas& parts, const Properties& properties,
                             const Location& location) {
  const auto demanded = source_.PartsOf(MembersNamed(parts, "propertyNames"), location.path);
  if (!demanded) return Fail(demanded.error().code, location, demanded.error().message);
  const Schemas listed = MembersNamed(demanded->parts, "enum");
  const bool is_supported = demanded->choices.empty() && !demanded->is_never &&
                            MembersNamed(demanded->parts, "const").empty();
  if (!is_supported) {
    return Fail(ErrorCode::kUnsupported, location, "'propertyNames' cannot be enforced");
  }
  const auto texts = ReadTextDemands(demanded->parts);
  if (!texts) return Fail(texts.error().code, location, texts.error().message);
  if (properties.names.empty() && listed.empty()) {
    return OrFail(scalars_.String(demanded->parts), location);
  }
  auto names = TextAutomaton(*texts);
  if (!names) return Fail(names.error().code, location, names.error().message);
  std::optional<Automaton> others =
      Intersection(*names, Complement(WordsAutomaton(properties.names)), kMaxScalarStates);
  for (const Json* list : listed) {
    std::vector<std::string> words;
    for (const Json& word : *list) {
      if (word.is_string()) words.push_back(word.get<std::string>());
    }
    if (others) others = Intersection(*others, WordsAutomaton(words), kMaxScalarStates);
  }
  if (!others) return Fail(ErrorCode::kTooLarge, location, "expected shorter names");
  return scalars_.strings().Quoted(*others);
}

// The rules for what follows the named properties: if some have been written, and if none has.
std::pair<int, int> SchemaCompiler::AfterProperties(const Schemas& parts,
                                                    const Properties& properties,
                                                    const Location& location) {
  const int after_some = builder_.AddRule();
  builder_.AddAlternative(after_some, {Byte('}')});
  const Schemas additional = MembersNamed(parts, "additionalProperties");
  const bool is_open = !additional.empty() || !properties.is_named;
  const bool is_closed =
      std::ranges::any_of(additional, [](const Json* schema) { return *schema == false; });
  if (!is_open || is_closed) return {after_some, after_some};
  const int value = RuleOf(additional, location.Below(".additionalProperties"));
  const Grammar::Element pair = GrammarBuilder::Rule(builder_.AddRule());
  const int name = NameRule(parts, properties, location);
  builder_.AddAlternative(
      pair.index, {GrammarBuilder::Rule(name), Byte(':'), Blank(), GrammarBuilder::Rule(value)});
  builder_.AddAlternative(after_some, {Byte(','), Blank(), pair, GrammarBuilder::Rule(after_some)});
  const int after_none = builder_.AddRule();
  builder_.AddAlternative(after_none, {Byte('}')});
  builder_.AddAlternative(after_none, {pair, GrammarBuilder::Rule(after_some)});
  return {after_some, after_none};
}

int SchemaCompiler::OfObject(const Schemas& parts, const Location& location) {
  Properties properties;
  if (!ReadProperties(parts, location, properties)) return 0;
  // From the last to the first.
  auto [after_some, after_none] = AfterProperties(parts, properties, location);
  for (auto name = properties.names.rbegin(); name != properties.names.rend() && !error_; ++name) {
    const Location below = location.Below("." + name->substr(0, kShownNameBytes));
    const int value = RuleOf(PropertyDemands(parts, *name), below);
    Grammar::Sequence pair;
    AppendText(ToText(Json(*name)) + ":", location, pair);
    pair.push_back(Blank());
    pair.push_back(GrammarBuilder::Rule(value));
    pair.push_back(GrammarBuilder::Rule(after_some));
    Grammar::Sequence next = {Byte(','), Blank()};
    next.insert(next.end(), pair.begin(), pair.end());
    const int with_some = builder_.AddRule();
    const int with_none = builder_.AddRule();
    builder_.AddAlternative(with_some, std::move(next));
    builder_.AddAlternative(with_none, std::move(pair));
    if (!properties.required.contains(*name)) {
      builder_.AddAlternative(with_some, {GrammarBuilder::Rule(after_some)});
      builder_.AddAlternative(with_none, {GrammarBuilder::Rule(after_none)});
    }
    after_some = with_some;
    after_none = with_none;
  }
  const int rule = builder_.AddRule();
  builder_.AddAlternative(rule, {Byte('{'), GrammarBuilder::Rule(after_none)});
  return rule;
}

}  // namespace edgevlm
