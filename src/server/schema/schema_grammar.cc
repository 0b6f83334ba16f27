#include "server/schema/schema_grammar.h"

#include "server/schema/json_values.h"
#include "server/schema/schema_compiler.h"

namespace edgevlm {

std::shared_ptr<const Grammar> AnyJsonObject() {
  GrammarBuilder builder;
  JsonValues values(builder);
  const int blank = values.Blank();
  builder.AddAlternative(0, {builder.Rule(blank), builder.Rule(values.Object())});
  return std::make_shared<const Grammar>(builder.Finish());
}

Result<std::shared_ptr<const Grammar>> SchemaGrammar(const Json& schema) {
  return SchemaCompiler(schema).Compile();
}

}  // namespace edgevlm
