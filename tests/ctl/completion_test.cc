// What shells may offer, and the man pages: both are made of the tables behind --help, and nothing
// is missing in them.
#include "ctl/completion.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "app/builtin.h"
#include "ctl/man_pages.h"
#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> nobody(const std::string&) {
  return {};
}

std::vector<std::string> textsOf(const std::vector<Candidate>& candidates) {
  std::vector<std::string> texts;
  for (const Candidate& candidate : candidates) texts.push_back(candidate.text);
  return texts;
}

std::vector<std::string> offered(const std::vector<std::string>& words,
                                 const NamesOfKind& names = nobody) {
  return textsOf(completionsOf(operatorTable(), words, names));
}

void forEach(const CommandEntry& command, const std::function<void(const CommandEntry&)>& visit) {
  visit(command);
  for (const CommandEntry& sub : command.commands) forEach(sub, visit);
}

TEST(Completion, EveryCommandAndEveryOptionIsOffered) {
  for (const CommandEntry& program : {operatorTable(), daemonTable()}) {
    forEach(program, [&](const CommandEntry& command) {
      std::vector<std::string> words(command.words.begin() + 1, command.words.end());
      words.emplace_back("");
      const auto below = textsOf(completionsOf(program, words, nobody));
      for (const CommandEntry& sub : command.commands) {
        EXPECT_THAT(below, Contains(sub.words.back())) << command.name();
      }
      words.back() = "-";
      const auto options = textsOf(completionsOf(program, words, nobody));
      for (const ArgumentEntry& argument : command.arguments) {
        if (argument.positional) continue;
        for (const std::string& name : argument.names) {
          EXPECT_THAT(options, Contains(name)) << command.name();
        }
      }
    });
  }
}

TEST(Completion, TheValuesOfEveryArgumentHaveASource) {
  for (const CommandEntry& program : {operatorTable(), daemonTable()}) {
    forEach(program, [](const CommandEntry& command) {
      for (const ArgumentEntry& argument : command.arguments) {
        if (!argument.takes_value || !argument.choices.empty()) continue;
        EXPECT_TRUE(valueSourceOf(command, argument).has_value())
            << command.name() << " " << argument.names[0] << ": a line in completion.cc";
      }
    });
  }
}

TEST(Completion, WhatIsTypedChoosesWhatIsOffered) {
  EXPECT_THAT(offered({"wat"}), ElementsAre("watch"));
  EXPECT_THAT(offered({"run", ""}), ElementsAre("check", "remedy"));
  EXPECT_THAT(offered({"flag", "auto_healing", "o"}), ElementsAre("on", "off"));
  EXPECT_THAT(offered({"help", "run", ""}), ElementsAre("check", "remedy"));
  EXPECT_THAT(offered({"history", "--kind", "attempt,br"}), ElementsAre("attempt,breaker"));
  EXPECT_THAT(offered({"history", "--kind=br"}), ElementsAre("--kind=breaker"));
  EXPECT_THAT(offered({"--url", "http://127.0.0.1:1", "relo"}), ElementsAre("reload"));
  EXPECT_THAT(offered({"resume", "--reason", ""}), IsEmpty());
  EXPECT_THAT(offered({"check-config", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"exec", "--governor", "g", "--", ""}), ElementsAre(":commands"));
  EXPECT_THAT(offered({"exec", "--governor", "g", "--", "tar", "-"}), ElementsAre(":files"));
  EXPECT_THAT(offered({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(offered({"nonsense", ""}), Contains("status"));
  EXPECT_THAT(offered({}), Contains("status"));
}

class CompletionOfNames : public CtlTest {};

TEST_F(CompletionOfNames, ARunningHealdIsAskedForItsNames) {
  engine_->show(api::troubledSnapshot());
  EXPECT_EQ(ctl({"complete", "--", "healdctl", "resume", "gat"}).out, "gateway\tgovernor\n");
  EXPECT_THAT(ctl({"complete", "--", "healdctl", "run", "check", ""}).out,
              HasSubstr("disk\tcheck\n"));
  EXPECT_THAT(ctl({"complete", "--", "healdctl", "pause", "ren"}).out,
              HasSubstr("renew-key\tremedy\n"));
  EXPECT_THAT(ctl({"complete", "--", "healdctl", "flag", "auto_h"}).out,
              HasSubstr("auto_healing\tflag\n"));
  EXPECT_EQ(ctl({"complete", "--", "heald", "--log.format", "j"}).out, "json\t\n");
}

TEST_F(CompletionOfNames, WithoutAHealdThereAreNoneAndNothingIsSaid) {
  environment_["HEALD_URL"] = "http://127.0.0.1:1";
  const Said said = ctl({"complete", "--", "healdctl", "resume", ""});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out + said.err, "");
}

TEST_F(CompletionOfNames, WhatOnlyScriptsUseIsHidden) {
  EXPECT_THAT(ctl({"--help"}).out, Not(HasSubstr("\n  complete ")));
  EXPECT_THAT(ctl({"--help"}).out, HasSubstr("\n  completion "));
  EXPECT_EQ(ctl({"man", "none.1"}).code, 2);
}

TEST(ManPages, EveryCommandAndEveryOptionIsInThem) {
  const std::map<std::string, CommandEntry> programs = {{"healdctl.1", operatorTable()},
                                                        {"heald.8", daemonTable()}};
  for (const auto& [page, program] : programs) {
    const std::string text = manPage(page).value();
    forEach(program, [&](const CommandEntry& command) {
      if (command.commands.empty()) {
        EXPECT_THAT(text, HasSubstr(roffText(command.name()))) << page;
      }
      for (const ArgumentEntry& argument : command.arguments) {
        EXPECT_THAT(text, HasSubstr(roffText(argument.help))) << page << " " << command.name();
      }
    });
  }
}

// The names of all keys below `schema`, and their help.
void collect(const nlohmann::json& schema, std::vector<std::pair<std::string, std::string>>& keys) {
  if (schema.contains("properties")) {
    for (const auto& [key, property] : schema["properties"].items()) {
      keys.emplace_back(key, property.value("description", ""));
      collect(property, keys);
    }
  }
  for (const char* deeper : {"items", "additionalProperties"}) {
    if (schema.contains(deeper) && schema[deeper].is_object()) collect(schema[deeper], keys);
  }
}

TEST(ManPages, EveryKeyOfTheConfigurationIsInThem) {
  const std::string text = manPage("heald.yml.5").value();
  std::vector<std::pair<std::string, std::string>> keys;
  collect(nlohmann::json::parse(config::configSchema(app::builtinKinds())), keys);
  ASSERT_GT(keys.size(), 200U);
  for (const auto& [key, help] : keys) {
    EXPECT_THAT(text, HasSubstr(roffText(key) + "\\fR (")) << key;
    EXPECT_THAT(text, HasSubstr(roffText(help))) << key;
  }
}

TEST(ManPages, NothingInATextIsARequestOfRoff) {
  EXPECT_EQ(roffText(".SH\n'x"), "\\&.SH\n\\&\\(aqx");
  EXPECT_EQ(roffText("a\\b -c"), "a\\eb \\-c");
}

}  // namespace
}  // namespace heald::ctl
