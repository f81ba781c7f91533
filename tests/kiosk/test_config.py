"""The kiosk's configuration: what it may say, and how each mistake is told."""

import re
from importlib import import_module
from itertools import product
from math import inf
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from kaiku.text import Language
from kiosk.config import (
    EXPOSED,
    ConfigError,
    Metrics,
    Registry,
    Role,
    Station,
    doubtful,
    driver_of,
    drivers,
    load,
    unfit,
)
from kiosk.desk import Profile
from kiosk.mistakes import explain

PNG = '[[display]]\ndriver = "png"\npath = "/tmp/screen.png"\n'
LEAST = """
[station]
name = "Pool, gate 1"
[registry]
url = "https://kaikukanta.example"
[[scanner]]
driver = "stdin"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the place of the configuration."""
    return tmp_path / "kiosk.toml"


def problem(path: Path, text: str) -> str:
    """Return what is told of a wrong configuration, without the file's name in front."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    return "\n".join(line.removeprefix(f"{path}: ") for line in lines)


class TestWhatItSays:
    """A good configuration."""

    def test_little_is_needed(self, path: Path) -> None:
        """A name, the register's address and a scanner; the rest has its defaults."""
        path.write_text(LEAST)
        config = load(path)
        assert config.station.name == "Pool, gate 1"
        assert config.station.state == Path("/var/lib/kaikuportti")
        assert config.station.languages == (Language.FI, Language.SV, Language.EN)
        assert not config.station.attended
        assert config.registry.url == "https://kaikukanta.example"
        assert config.registry.budget == 0.8
        assert [device.name for device in config.devices] == [
            "scanner/stdin",
            "gate/none",
            "buzzer/none",
        ]

    def test_a_driver_is_found_by_its_name_and_reads_its_own_part(self, path: Path) -> None:
        """Its settings are typed and closed, and stand in its one file."""
        path.write_text(
            LEAST
            + """
[[scanner]]
driver = "serial"
port = "/dev/ttyACM0"
[keypad]
driver = "hid"
device = "/dev/input/by-path/keypad"
[[display]]
driver = "terminal"
"""
        )
        config = load(path)
        stdin, serial = config.of(Role.SCANNER)
        assert stdin.module.__name__ == "kiosk.drivers.scanner_stdin"
        assert serial.module.__name__ == "kiosk.drivers.scanner_serial"
        assert serial.settings.model_dump()["port"] == "/dev/ttyACM0"
        assert config.of(Role.KEYPAD)[0].module.__name__ == "kiosk.drivers.keypad_hid"
        assert config.of(Role.DISPLAY)[0].module.__name__ == "kiosk.display.terminal"

    @pytest.mark.parametrize("keys", ["", '[keypad]\ndriver = "hid"\ndevice = "/dev/x"\n'])
    def test_a_library_desk_has_keys(self, path: Path, keys: str) -> None:
        """A keypad, or standard input, which is a scanner with keys."""
        path.write_text(LEAST.replace("[registry]", 'profile = "library"\n[registry]') + keys)
        assert load(path).station.profile is Profile.LIBRARY
        assert load(path).effective()["station"]["profile"] == "library"

    def test_two_devices_of_one_kind_are_told_apart(self, path: Path) -> None:
        """By a number; the only one of its kind has none."""
        ports = [f'[[scanner]]\ndriver = "serial"\nport = "/dev/tty{n}"\n' for n in "AB"]
        path.write_text(LEAST + "".join(ports))
        names = [device.name for device in load(path).of(Role.SCANNER)]
        assert names == ["scanner/stdin", "scanner/serial 1", "scanner/serial 2"]

    def test_the_effective_configuration_has_every_default_filled_in(self, path: Path) -> None:
        """As plain values, in the shape of the file itself."""
        path.write_text(LEAST)
        whole = load(path).effective()
        assert whole["station"]["languages"] == ["fi", "sv", "en"]
        assert whole["station"]["state"] == "/var/lib/kaikuportti"
        assert whole["registry"]["budget"] == 0.8
        assert [part["driver"] for part in whole["scanner"]] == ["stdin"]
        assert whole["gate"]["driver"] == "none"
        assert "keypad" not in whole

    def test_the_languages_are_named_in_the_order_of_their_size(self, path: Path) -> None:
        """Any of the three, each once."""
        path.write_text(LEAST.replace("[registry]", 'languages = ["sv", "fi"]\n[registry]'))
        assert load(path).station.languages == (Language.SV, Language.FI)

    def test_a_whole_number_will_do_for_seconds(self, path: Path) -> None:
        """Nobody should have to write 5.0."""
        path.write_text(LEAST.replace("[registry]", "shown = 7\n[registry]"))
        assert load(path).station.shown == 7.0

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("http://10.0.0.5:8000", "http://10.0.0.5:8000"),
            ("https://kanta.example/", "https://kanta.example"),
            ("https://kanta.example/register/", "https://kanta.example/register"),
            ("http://[::1]:8000", "http://[::1]:8000"),
        ],
    )
    def test_an_address_may_have_a_port_and_a_path(
        self, path: Path, written: str, read: str
    ) -> None:
        """The slash at its end does not matter."""
        path.write_text(LEAST.replace("https://kaikukanta.example", written))
        assert load(path).registry.url == read

    @pytest.mark.parametrize(
        ("written", "exposed"),
        [
            ("https://kanta.example", False),
            ("http://127.0.0.1:8000", False),
            ("http://127.8.0.1", False),
            ("http://localhost:8000", False),
            ("http://[::1]:8000", False),
            ("http://10.0.0.5:8000", True),
            ("http://kanta.example", True),
            ("http://localhost.example", True),
            ("http://127.0.0.1.example", True),
        ],
    )
    def test_a_way_that_others_can_read_is_told(
        self, path: Path, written: str, exposed: bool
    ) -> None:
        """It carries the token and the key of the cards (promise P6); a loopback goes nowhere."""
        path.write_text(LEAST.replace("https://kaikukanta.example", written))
        told = [*unfit(path, load(path))]
        assert [f"{path}: registry.url: {EXPOSED}"] * exposed == told

    def test_a_venue_may_say_that_the_way_is_its_own(self, path: Path) -> None:
        """Then plain HTTP will do."""
        path.write_text(LEAST.replace("https://kaikukanta.example", "http://10.0.0.5"))
        path.write_text(path.read_text().replace("[[scanner]]", "allow_http = true\n[[scanner]]"))
        assert not [*unfit(path, load(path))]


class TestDrivers:
    """Which drivers there are."""

    @pytest.mark.parametrize(
        ("role", "names"),
        [
            (Role.SCANNER, {"hid", "serial", "stdin"}),
            (Role.KEYPAD, {"hid"}),
            (Role.GATE, {"gpio", "none"}),
            (Role.BUZZER, {"gpio", "none"}),
            (Role.DISPLAY, {"eink", "led-matrix", "lights", "png", "terminal"}),
        ],
    )
    def test_they_are_listed_by_their_files(self, role: Role, names: set[str]) -> None:
        """A new file is a new driver; what the drivers share is none."""
        assert set(drivers(role)) == names

    @pytest.mark.parametrize("role", Role)
    def test_each_declares_closed_settings(self, role: Role) -> None:
        """An unknown key is an error with every driver."""
        for name in drivers(role):
            package = "kiosk.display." if role is Role.DISPLAY else f"kiosk.drivers.{role.value}_"
            module: Any = import_module(package + name.replace("-", "_"))
            assert module.Settings.model_config["extra"] == "forbid"
            assert module.Settings.model_config["frozen"]


class TestMistakes:
    """Every mistake names file, key and mend."""

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (("name =", "nmae ="), "station.name: is missing; add it"),
            (("name =", "nmae ="), "station.nmae: is not a setting; did you mean name?"),
            (("[station]", "[sttaion]"), "station: is missing; add it"),
            (("[station]", "[sttaion]"), "sttaion: is not a setting; did you mean station?"),
            (("[registry]", "zebra = 1\n[registry]"), "station.zebra: is not a setting; remove it"),
            (('"Pool, gate 1"', '""'), "station.name: must not be empty"),
            (('"Pool, gate 1"', "7"), "station.name: needs words in quotes"),
            (
                ("[registry]", 'attended = "yes"\n[registry]'),
                "station.attended: needs true or false, without quotes",
            ),
            (
                ("[registry]", 'shown = "5"\n[registry]'),
                "station.shown: needs a number, without quotes",
            ),
            (
                ("[registry]", "shown = 0\n[registry]"),
                "station.shown: must be 1 or more",
            ),
            (
                ("[registry]", "shown = 61\n[registry]"),
                "station.shown: must be 60 or less",
            ),
            (
                ("[registry]", 'languages = ["fi", "de"]\n[registry]'),
                "station.languages[2]: must be 'fi', 'sv' or 'en'",
            ),
            (
                ("[registry]", 'languages = ["fi", "fi"]\n[registry]'),
                "station.languages: names a language twice",
            ),
            (
                ("[registry]", "languages = []\n[registry]"),
                "station.languages: must name at least one",
            ),
            (
                ("[registry]", 'languages = "fi"\n[registry]'),
                "station.languages: needs a list in brackets",
            ),
            (('"Pool, gate 1"', '"  "'), "station.name: needs words that can be read"),
            (('"Pool, gate 1"', '"a\\u001b[2J"'), "station.name: needs words that can be read"),
            (('"Pool, gate 1"', f'"{"x" * 101}"'), "station.name: must have 100 characters or"),
            (("[registry]", 'state = ""\n[registry]'), "station.state: needs a path"),
            (("[registry]", 'state = "var"\n[registry]'), "station.state: needs all of the path"),
            (("[registry]", 'state = "/a\\u0000"\n[registry]'), "station.state: needs a path"),
            (
                ("[registry]", f'state = "/{"a" * 256}"\n[registry]'),
                "station.state: needs a path",
            ),
            (("[registry]", "state = 5\n[registry]"), "station.state: needs a path in quotes"),
            (("[registry]", "shown = inf\n[registry]"), "station.shown: needs a number that has"),
            (("[[scanner]]", "budget = nan\n[[scanner]]"), "registry.budget: needs a number that"),
            (
                ("kaikukanta.example", "me:sesame@kanta.example"),
                "registry.url: must name no user and no password",
            ),
            (("kaikukanta.example", "999.1.1.1"), "registry.url: needs an address such as"),
            (("kaikukanta.example", "a\\u001b"), "registry.url: needs an address such as"),
            (("kaikukanta.example", "a..b"), "registry.url: needs an address such as"),
            (
                ('driver = "stdin"', 'driver = "serial"\nport = "/dev/x"\nbaud = 99999999999'),
                "scanner[1].baud: must be 4000000 or less",
            ),
            (
                ('driver = "stdin"', 'driver = "serial"\nport = "/dev/x"\nidle = inf'),
                "scanner[1].idle: needs a number that has an end",
            ),
            (
                ('driver = "stdin"', 'driver = "serial"\nport = "/dev/x\\u0000"'),
                "scanner[1].port: needs a path",
            ),
            (
                ('driver = "stdin"', 'driver = "hid"\ndevice = ["/dev/x", "\\u0007"]'),
                "scanner[1].device[2]: needs a path",
            ),
            (
                ('driver = "stdin"', 'driver = "hid"\ndevice = []'),
                "scanner[1].device: must name at least one",
            ),
            (
                ('driver = "stdin"', f"driver = 'stdin'\n{PNG}width = 0"),
                "display[1].width: must be 200 or more",
            ),
            (
                ('driver = "stdin"', f"driver = 'stdin'\n{PNG}height = 1"),
                "display[1].height: must be 96 or more",
            ),
            (
                ('driver = "stdin"', f"driver = 'stdin'\n{PNG}width = 300\nheight = 301"),
                "display[1].height: must not be more than width",
            ),
            (
                ('driver = "stdin"', "driver = 'stdin'\n[[display]]\ndriver = 'png'\npath = '/'"),
                "display[1].path: needs a path",
            ),
            (
                ("[registry]", 'profile = "bar"\n[registry]'),
                "station.profile: must be 'entrance' or 'library'",
            ),
            (("https://", "ftp://"), "registry.url: needs an address such as https://"),
            (("https://kaikukanta.example", "https://"), "registry.url: needs an address such as"),
            (("kaikukanta.example", "a b"), "registry.url: needs an address such as"),
            (("kaikukanta.example", "kanta/?q=1"), "registry.url: needs an address such as"),
            (("kaikukanta.example", "[::1"), "registry.url: needs an address such as"),
            (("kaikukanta.example", "kanta:http"), "registry.url: needs an address such as"),
            (
                ("[[scanner]]", "budget = 0\n[[scanner]]"),
                "registry.budget: must be more than 0",
            ),
            (("[[scanner]]", "bugdet = 1\n[[scanner]]"), "did you mean budget?"),
            (("[[scanner]]", "[[sacnner]]"), "scanner: is missing; add it"),
            (("[[scanner]]", "[scanner]"), "scanner: write [[scanner]], for there may be several"),
            (
                ('driver = "stdin"', 'driver = "stdni"'),
                'scanner[1].driver: must be one of "hid", "serial", "stdin"',
            ),
            (
                ('driver = "stdin"', "driver = 5"),
                'scanner[1].driver: must be one of "hid", "serial", "stdin"',
            ),
            (
                ('driver = "stdin"', 'port = "x"'),
                'scanner[1].driver: must be one of "hid", "serial", "stdin"',
            ),
            (
                ('driver = "stdin"', 'driver = "../evil"'),
                'scanner[1].driver: must be one of "hid", "serial", "stdin"',
            ),
            (('driver = "stdin"', 'driver = "serial"'), "scanner[1].port: is missing; add it"),
            (
                ('driver = "stdin"', 'driver = "serial"\nport = "/dev/ttyACM0"\nbuad = 9600'),
                "scanner[1].buad: is not a setting; did you mean baud?",
            ),
            (
                ('driver = "stdin"', 'driver = "serial"\nport = "/dev/ttyACM0"\nbaud = "9600"'),
                "scanner[1].baud: needs a whole number, without quotes",
            ),
            (
                ('driver = "stdin"', 'driver = "stdin"\n[[display]]\ndriver = "screen"'),
                'display[1].driver: must be one of "eink", "led-matrix", "lights", "png"',
            ),
            (
                ('driver = "stdin"', 'driver = "stdin"\n[gate]\ndriver = "gpio"\npin = -1'),
                "gate.pin: no Raspberry Pi has this line; its 40-pin header has GPIO 2 to 27",
            ),
            (
                (
                    'driver = "stdin"',
                    'driver = "stdin"\n[[display]]\ndriver = "lights"\nyellow = 46',
                ),
                "display[1].yellow: no Raspberry Pi has this line; its 40-pin header has GPIO 2",
            ),
            (
                ('driver = "stdin"', 'driver = "stdin"\n[gate]\ndriver = "gipo"'),
                'gate.driver: must be one of "gpio", "none"',
            ),
            (
                ('driver = "stdin"', 'driver = "stdin"\n[gate]\ndriver = "none"\npin = 17'),
                "gate.pin: is not a setting",
            ),
            (
                ('driver = "stdin"', 'driver = "stdin"\n[[keypad]]\ndriver = "hid"'),
                "keypad: write [keypad], for there is one",
            ),
            (("[station]", "[station"), "is not TOML: "),
        ],
    )
    def test_a_mistake_is_told_with_its_mend(
        self, path: Path, change: tuple[str, str], told: str
    ) -> None:
        """In words that name the key as it stands in the file."""
        assert LEAST.count(change[0]) == 1
        assert told in problem(path, LEAST.replace(*change))

    def test_a_list_of_what_is_wrong_is_told_once(self, path: Path) -> None:
        """It is not empty besides."""
        text = problem(path, LEAST.replace("[registry]", 'languages = ["de"]\n[registry]'))
        assert text == "station.languages[1]: must be 'fi', 'sv' or 'en'"

    def test_no_words_of_the_library_that_reads_it_are_told(self) -> None:
        """Each kind of mistake that a setting can have has words of ours, with what it names."""
        settings: list[type[BaseModel]] = [Station, Registry, Metrics]
        for role in Role:
            found = [driver_of(role, name) for name in drivers(role)]
            settings += [module.Settings for module in found if module is not None]
        odd = [None, 1, 0.5, inf, -1e9, 10**12, "", "x" * 999, True, [], [1], {}, {"a": 1}]
        for model in settings:
            for key, value in product(model.model_fields, odd):
                try:
                    model.model_validate({key: value})
                except ValidationError as error:
                    for line in explain(Path("k"), error, model, ("part",)):
                        assert not re.search(r"[Ii]nput|should|see the page|[{}]", line), line

    def test_all_mistakes_are_told_at_once(self, path: Path) -> None:
        """One line each."""
        text = problem(path, LEAST.replace("name =", "nmae =").replace("url =", "ulr ="))
        assert [line.partition(":")[0] for line in text.splitlines()] == [
            "station.name",
            "station.nmae",
            "registry.url",
            "registry.ulr",
        ]

    def test_the_mistakes_of_all_devices_are_told_at_once(self, path: Path) -> None:
        """One wrong driver does not hide the next."""
        text = problem(
            path, LEAST.replace('"stdin"', '"sdtin"') + '[gate]\ndriver = "gpio"\npin = -1\n'
        )
        assert [line.partition(":")[0] for line in text.splitlines()] == [
            "scanner[1].driver",
            "gate.pin",
        ]

    def test_the_mistakes_of_the_station_do_not_hide_those_of_a_device(self, path: Path) -> None:
        """All in one round."""
        wrong = LEAST.replace("name =", "nmae =").replace('"stdin"', '"sdtin"')
        text = problem(path, wrong + '[gate]\ndriver = "gpio"\npin = -1\n')
        assert [line.partition(":")[0] for line in text.splitlines()] == [
            "station.name",
            "station.nmae",
            "scanner[1].driver",
            "gate.pin",
        ]

    @pytest.mark.parametrize(
        ("devices", "told"),
        [
            (
                '[gate]\ndriver = "gpio"\npin = 17\n[buzzer]\ndriver = "gpio"\npin = 17',
                "buzzer.pin: GPIO 17 is taken by gate.pin already",
            ),
            (
                '[gate]\ndriver = "gpio"\npin = 17\npassage_pin = 17',
                "gate.passage_pin: GPIO 17 is taken by gate.pin already",
            ),
            (
                '[[display]]\ndriver = "lights"\n[gate]\ndriver = "gpio"\npin = 16',
                "gate.pin: GPIO 16 is taken by display[1].green already",
            ),
            (
                """
[[display]]
driver = "eink"
panel = "epd7in5_V2"
[gate]
driver = "gpio"
pin = 17
""",
                "gate.pin: GPIO 17 is taken by display[1].panel already",
            ),
            (
                """
[[display]]
driver = "eink"
panel = "inky-what-red"
[[display]]
driver = "lights"
red = 27
""",
                "display[2].red: GPIO 27 is taken by display[1].panel already",
            ),
            (
                '[[display]]\ndriver = "eink"\npanel = "inky"\n[[display]]\ndriver = "led-matrix"',
                "display[2].device: SPI 0.0 is taken by display[1].panel already",
            ),
            (
                '[[display]]\ndriver = "led-matrix"\n[buzzer]\ndriver = "gpio"\npin = 10',
                "buzzer.pin: GPIO 10 is taken by display[1].device already",
            ),
            (
                '[[scanner]]\ndriver = "stdin"',
                "scanner[2].driver: standard input is taken by scanner[1].driver already",
            ),
            (
                '[[scanner]]\ndriver = "serial"\nport = "/dev/ttyX"\n' * 2,
                "scanner[3].port: /dev/ttyX is taken by scanner[2].port already",
            ),
            (
                """
[[scanner]]
driver = "hid"
device = ["/dev/a", "/dev/b"]
[keypad]
driver = "hid"
device = "/dev/b"
""",
                "keypad.device: /dev/b is taken by scanner[2].device already",
            ),
            (
                '[keypad]\ndriver = "hid"\ndevice = ["/dev/b", "/dev/b"]',
                "keypad.device: names /dev/b twice; name it once",
            ),
            (
                '[[display]]\ndriver = "led-matrix"\n' * 2,
                "display[2].device: SPI 0.0 is taken by display[1].device already",
            ),
            (
                '[[display]]\ndriver = "png"\npath = "/tmp/x.png"\n' * 2,
                "display[2].path: /tmp/x.png is taken by display[1].path already",
            ),
        ],
    )
    def test_what_two_devices_want_is_told(self, path: Path, devices: str, told: str) -> None:
        """Rather than found out at the door, where one of them is dead."""
        assert told in problem(path, LEAST + devices)

    def test_two_panels_on_one_bus_share_its_lines(self, path: Path) -> None:
        """Each is selected by a line of its own; two that are not are told in one line."""
        eink = '[[display]]\ndriver = "eink"\npanel = "epd2in9_V2"\n'
        matrix = '[[display]]\ndriver = "led-matrix"\ndevice = 1\n'
        path.write_text(LEAST + eink + matrix)
        assert len(load(path).of(Role.DISPLAY)) == 2
        assert len(problem(path, LEAST + eink + eink).splitlines()) == 1

    def test_a_port_under_two_names_is_one_port(self, path: Path, tmp_path: Path) -> None:
        """As ``/dev/serial/by-id/…`` and ``/dev/ttyACM0`` are."""
        port, alias = tmp_path / "ttyACM0", tmp_path / "by-id"
        port.touch()
        alias.symlink_to(port)
        two = "".join(f'[[scanner]]\ndriver = "serial"\nport = "{p}"\n' for p in (port, alias))
        assert f"scanner[3].port: {port} is taken by scanner[2].port" in problem(path, LEAST + two)

    def test_a_value_is_never_repeated(self, path: Path) -> None:
        """It may be a secret that was pasted into the wrong place."""
        text = problem(path, LEAST.replace("https://kaikukanta.example", "sesame-open"))
        assert "sesame" not in text

    def test_a_file_that_is_not_there_is_named(self, path: Path) -> None:
        """With what the system says of it."""
        with pytest.raises(ConfigError, match=r"kiosk\.toml: cannot be read: No such file"):
            load(path)

    def test_a_library_desk_without_keys_is_told_so(self, path: Path) -> None:
        """A fee cannot be typed on a scanner (OM-59)."""
        text = LEAST.replace("[registry]", 'profile = "library"\n[registry]')
        text = text.replace('"stdin"', '"serial"\nport = "/dev/ttyACM0"')
        assert problem(path, text).startswith(
            'keypad: is missing; profile = "library" needs keys for the service and the sum'
        )

    def test_a_mark_before_the_text_does_not_matter(self, path: Path) -> None:
        """Some editors put one there."""
        path.write_text(LEAST, encoding="utf-8-sig")
        assert load(path).station.name == "Pool, gate 1"

    def test_what_is_no_folder_or_no_file_is_told_where_it_is(
        self, path: Path, tmp_path: Path
    ) -> None:
        """A picture cannot be a folder, nor the state a file."""
        (tmp_path / "file").touch()
        state = f'state = "{tmp_path}/file"\n[registry]'
        picture = f'[[display]]\ndriver = "png"\npath = "{tmp_path}"\n'
        path.write_text(LEAST.replace("[registry]", state) + picture)
        assert [*unfit(path, load(path))] == [
            f"{path}: station.state: {tmp_path}/file is no folder; name another",
            f"{path}: display[1].path: {tmp_path} is a folder; name a file in it",
        ]

    def test_a_file_that_is_no_text_is_named(self, path: Path) -> None:
        """A file saved in an old encoding reads as such."""
        path.write_bytes(LEAST.replace("Pool", "Pääovi").encode("latin-1"))
        with pytest.raises(ConfigError, match="is not UTF-8 text; save it as UTF-8"):
            load(path)


def test_the_example_of_the_design_is_a_whole_configuration(tmp_path: Path) -> None:
    """What it leaves out has defaults, such as the lines of the lamps and the gate."""
    path = tmp_path / "kiosk.toml"
    path.write_text(
        """
[station]
name = "Pool, gate 1"
state = "/var/lib/kaikuportti"
profile = "entrance"
languages = ["fi", "sv", "en"]
attended = false
[registry]
url = "https://kaikukanta.example"
budget = 0.8
[[scanner]]
driver = "serial"
port = "/dev/ttyACM0"
[keypad]
driver = "hid"
device = "/dev/input/by-path/usb-0-event-kbd"
[[display]]
driver = "lights"
[gate]
driver = "gpio"
"""
    )
    config = load(path)
    assert [device.name for device in config.devices] == [
        "scanner/serial",
        "keypad/hid",
        "display/lights",
        "gate/gpio",
        "buzzer/none",
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [(1, "by which a board on the header says"), (28, "Compute Module 1 or 3"), (45, "Compute")],
)
def test_a_line_that_only_some_machines_have_is_doubted(path: Path, line: int, why: str) -> None:
    """More often it is a slip; where it is meant, the kiosk runs with it."""
    path.write_text(f'{LEAST}[gate]\ndriver = "gpio"\npassage_pin = {line}\n')
    (told,) = doubtful(path, load(path))
    assert told.startswith(f"{path}: gate.passage_pin: GPIO {line} is ")
    assert why in told


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ('[[display]]\ndriver = "lights"\ngreen = 5', "display[1].green: GPIO 5"),
        ('[gate]\ndriver = "gpio"\npin = 8', "gate.pin: GPIO 8"),
        ('[buzzer]\ndriver = "gpio"\npin = 2', "buzzer.pin: GPIO 2"),
    ],
)
def test_what_a_line_would_switch_on_before_the_kiosk_runs_is_doubted(
    path: Path, part: str, key: str
) -> None:
    """A Pi pulls GPIO 2 to 8 high when it starts; what a low level switches on stays off."""
    path.write_text(f"{LEAST}{part}\n")
    (told,) = doubtful(path, load(path))
    assert told.startswith(f"{path}: {key} is pulled high by the Pi")
    path.write_text(f"{LEAST}{part}\nactive_high = false\n")
    assert not [*doubtful(path, load(path))]


def test_the_lamps_of_the_defaults_are_dark_until_the_kiosk_runs(path: Path) -> None:
    """And so is the relay."""
    path.write_text(f'{LEAST}[[display]]\ndriver = "lights"\n[gate]\ndriver = "gpio"\n')
    assert not [*doubtful(path, load(path))]


@pytest.mark.parametrize("line", [9, 17, 27])
def test_no_other_line_of_the_header_is_doubted(path: Path, line: int) -> None:
    """Nor those of a panel's board."""
    panel = '[[display]]\ndriver = "eink"\npanel = "epd2in13_V4"\n'
    gate = f'[gate]\ndriver = "gpio"\npin = {line}\n' if line != 17 else ""
    path.write_text(LEAST + panel + gate)
    assert not [*doubtful(path, load(path))]


@pytest.mark.parametrize("port", ["/dev/serial0", "/dev/ttyAMA0"])
def test_a_scanner_on_the_headers_port_has_its_lines(path: Path, port: str) -> None:
    """The port is GPIO 14 and 15: a gate there would hear every scan."""
    scanner = f'driver = "serial"\nport = "{port}"'
    whole = LEAST.replace('driver = "stdin"', scanner)
    path.write_text(f'{whole}\n[gate]\ndriver = "gpio"\npin = 14\n')
    with pytest.raises(ConfigError, match=r"gate\.pin: GPIO 14 is taken by scanner\[1\]\.port"):
        load(path)


def test_a_file_is_the_same_by_another_way_to_it(path: Path, tmp_path: Path) -> None:
    """Two displays would write over each other's pictures."""
    one, other = tmp_path / "a.png", tmp_path / ".." / tmp_path.name / "a.png"
    pictures = "".join(f'[[display]]\ndriver = "png"\npath = "{each}"\n' for each in (one, other))
    path.write_text(f"{LEAST}\n{pictures}")
    with pytest.raises(ConfigError, match=r"display\[2\]\.path: .* is taken by display\[1\]"):
        load(path)
