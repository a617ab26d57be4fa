"""Chat templates: foreign code that came with a model, rendered in a sandbox."""

from __future__ import annotations

import pytest

from longread.engine import templates
from longread.engine.llamacpp import LlamaCppEngine
from longread.errors import ModelError

SYSTEM = {"role": "system", "content": "Be short."}
USER = {"role": "user", "content": "Who came?"}

GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for message in messages %}<start_of_turn>{{ message['role'] }}\n"
    "{{ message['content'] | trim }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
QWEN = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}{% endfor %}"
    "{% if enable_thinking is defined and enable_thinking is false %}<think></think>{% endif %}"
)


def test_without_a_template_it_is_chatml() -> None:
    assert templates.render("", [SYSTEM, USER]) == (
        "<|im_start|>system\nBe short.<|im_end|>\n"
        "<|im_start|>user\nWho came?<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_a_template_that_refuses_system_gets_it_with_the_first_words_of_the_user() -> None:
    assert templates.render(GEMMA, [SYSTEM, USER], bos="<bos>") == (
        "<bos><start_of_turn>user\nBe short.\n\nWho came?<end_of_turn>\n<start_of_turn>model\n"
    )


def test_folding_leaves_the_caller_s_messages_alone() -> None:
    messages = [SYSTEM, dict(USER)]
    templates.render(GEMMA, messages)
    assert messages == [SYSTEM, USER]


def test_variables_reach_the_template() -> None:
    assert templates.render(QWEN, [USER], enable_thinking=False).endswith("<think></think>")
    assert "<think>" not in templates.render(QWEN, [USER], enable_thinking=True)


def test_text_is_not_a_template_and_is_not_escaped() -> None:
    content = "{{ bos_token }} {% if %} <b>&amp; \"'"
    assert content in templates.render("", [{"role": "user", "content": content}])


def test_the_date_is_there_for_templates_that_show_it() -> None:
    assert templates.render("{{ strftime_now('%Y') }}", [USER]).startswith("20")


def test_loop_controls_work() -> None:
    template = "{% for message in messages %}{{ message.content }}{% break %}{% endfor %}"
    assert templates.render(template, [USER, USER]) == "Who came?"


CHANNELS = (
    "{% for m in messages %}{% if m.role == 'assistant' %}"
    "[assistant]<channel>final<say>{{ m.content }}{% else %}[{{ m.role }}]{{ m.content }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"
)
# Opens thoughts whatever it is told, and drops those of answers.
THINKER = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}"
)


def test_the_channel_for_the_answer_is_opened() -> None:
    prompt = templates.render(CHANNELS, [USER], enable_thinking=False)
    assert prompt == "[user]Who came?[assistant]<channel>final<say>"
    assert templates.render(CHANNELS, [USER], enable_thinking=True).endswith("[assistant]")


def test_thoughts_that_a_template_opens_regardless_are_closed() -> None:
    prompt = templates.render(THINKER, [USER])
    assert prompt == "<|user|>Who came?<|assistant|><think>\n\n</think>\n\n"


def test_thinking_is_off_unless_it_is_asked_for() -> None:
    assert templates.render(QWEN, [USER]).endswith("<think></think>")


def test_blanks_before_an_answer_are_not_part_of_the_prompt() -> None:
    template = (
        "{% for m in messages %}{% if m.role == 'user' %}[INST]{{ m.content }}[/INST]"
        "{% else %} {{ m.content }}{% endif %}{% endfor %}"
    )
    assert templates.render(template, [USER]) == "[INST]Who came?[/INST]"


def test_what_a_model_said_may_be_marked_for_training() -> None:
    template = (
        "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}"
    )
    assert templates.render(template, [USER]) == "Who came?"


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ messages.__init__.__globals__ }}",
        "{{ raise_exception.__globals__['templates'] }}",
        "{{ (messages | attr('__class__')).__base__ }}",
        "{{ messages.append(1) }}",
        "{{ messages[0].update(role='system') }}",
        "{% for i in range(10000000) %}x{% endfor %}",
        "{% for message in messages %}",
        "{{ raise_exception('never') }}",
        "{{ messages | nothing }}",
        "{{ 1 + 'a' }}",
        "{{ 1 / 0 }}",
        "{{ messages[0]['content'][None:'x'] }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    ],
)
def test_attacks_and_mistakes_are_a_model_error_and_do_nothing(template: str) -> None:
    messages = [dict(USER)]
    with pytest.raises(ModelError) as caught:
        templates.render(template, messages)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert messages == [USER]


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__ }}",
        "{{ strftime_now.__globals__ }}",
        "{{ messages | attr('__class__') }}",
        "{{ '{0.__class__}'.format(messages) }}",
    ],
)
def test_what_python_keeps_underneath_is_not_there(template: str) -> None:
    assert templates.render(template, [USER]) == ""


@pytest.mark.model
def test_the_beginning_is_not_doubled(
    engine: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that wants a BOS gets one, whether or not its template writes it."""
    vocabulary = engine.vocabulary
    monkeypatch.setattr(vocabulary, "adds_bos", True)
    plain = vocabulary.tokenize_prompt("Hello")
    written = vocabulary.tokenize_prompt(f"{vocabulary.bos}Hello")
    assert plain == written
    assert plain.count(vocabulary.bos_id) == 1
    monkeypatch.setattr(vocabulary, "adds_bos", False)
    assert vocabulary.tokenize_prompt("Hello") == plain[1:]


@pytest.mark.model
def test_the_bundled_model_s_own_template_is_used(engine: LlamaCppEngine) -> None:
    prompt = engine.render([SYSTEM, USER], enable_thinking=False)
    assert prompt.startswith("<|im_start|>system\nBe short.<|im_end|>")
    assert prompt.endswith("<|im_start|>assistant\n")
    assert len(engine.vocabulary.tokenize_prompt("<|im_start|>")) == 1
    assert engine.count("<|im_start|>") > 1
