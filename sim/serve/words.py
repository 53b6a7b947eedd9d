"""All words of the page, in one place: what stands on it, and the sentences about what was found.

The page's script has none of its own: it is handed these as JSON. Names in curly brackets are filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.language.languages import ENGLISH
from sim.language.words import language, tr


class Words(Mapping[str, str]):
    """Words by their keys, each in the language when it is asked for."""

    def __init__(self, english: Mapping[str, str]) -> None:
        """``english``: key -> words; that of the language itself is its code."""
        self.english = english

    def __getitem__(self, key: str) -> str:
        words = self.english[key]
        return language().code if words == ENGLISH.code else tr(words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.english)

    def __len__(self) -> int:
        return len(self.english)


#: Countries by the code that the geodata have, in small letters.
COUNTRIES = Words(
    {
        "az": "Azerbaijan",
        "bg": "Bulgaria",
        "cn": "China",
        "ge": "Georgia",
        "kz": "Kazakhstan",
        "ro": "Romania",
        "rs": "Serbia",
        "tm": "Turkmenistan",
        "tr": "Türkiye",
    }
)

WORDS = Words(
    {
        # -- the head
        "language": "en",
        "title": "What if?",
        "corridor": "Middle Corridor",
        "scenario": "Scenario",
        "of_the_library": "Scenarios that come with the program",
        "of_the_folder": "Your own, in this folder",
        "stop": "Stop the program",
        "stop_sure": "Stop the program? What is not saved is lost.",
        "stopped": "The program has ended. This window can be closed.",
        "stopped_why": "Begin again with: corridor serve",
        # -- what is moved
        "change": "What to change",
        "search": "Find a slider",
        "search_hint": "for example: feeder, documents Alat",
        "none_found": "No slider has these words.",
        "reset": "as it is",
        "reset_all": "Change nothing",
        "changed_count": "{n} changed",
        "nothing_changed": "Nothing is changed: move a slider.",
        "now": "today: {text}",
        "of_today": "{n} % of today",
        "of_today_time": "{n} % of today: {time} on average",
        "more": "{n} more {unit} than today",
        "fewer": "{n} fewer {unit} than today",
        "as_today": "as today",
        "on": "on",
        "off": "off",
        "from": "from",
        "catalogue_day": "the catalogue's date: {day}",
        "evidence": "evidence: {grade}",
        "of_step": "one step of {time} on average",
        "of_steps": "{n} steps of {low} to {high} on average",
        "group_ships": "Ships",
        "group_documents": "Hours of documents, by country",
        "group_document_steps": "Hours of documents, step by step",
        "group_barriers": "Other barriers",
        "group_berths": "Berths",
        "group_slots": "Trains accepted per day",
        "group_storms": "Storms and fog",
        "group_interventions": "Projects and reforms",
        "group_cranes": "Cranes",
        "group_customs": "Customs and lanes",
        "group_yards": "Yards and stores",
        "group_tracks": "Tracks and entries",
        "group_equipment": "Wagons, platforms, locomotives",
        "group_other_steps": "Hours of other formalities",
        # -- what is found
        "base": "as it is",
        "changed": "with your changes",
        "times": "How long shipments take",
        "times_unit": "days from departure to arrival",
        "times_share": "share of shipments",
        "shape": "by duration",
        "arrived": "arrived so far",
        "longer": "{base} % of shipments take longer than {days} days as it is, {changed} % with your changes",
        "longer_alone": "{base} % of shipments take longer than {days} days",
        "which": "Which cargo",
        "all_cargo": "all cargo",
        "found": "In numbers",
        "difference": "What it changes",
        "difference_note": (
            "The bar is the 95 % interval of the difference over pairs of replications with common random numbers. "
            "The first line is judged by itself, the others together."
        ),
        "waits": "Where cargo waits",
        "waits_unit": "thousand tonne-days",
        "waits_none": "Nothing waits.",
        "waits_wait": "Being counted.",
        "map": "Moving map",
        "map_play": "Show trains, ships and trucks",
        "map_making": "The map is being made: one replication of each side …",
        "map_told": "{scenario}, replication 1, seed {seed}",
        "progress": "Replications that are done",
        "replications": "{done} of {of} replications",
        "whole": "all {of} replications",
        "seconds": "{n} s for each",
        "no_interval": "one replication so far: no interval yet",
        "no_difference_yet": "no difference shown yet: {n} replications",
        "no_difference": "no difference shown in {n} replications",
        "the_same": "the same in each of {n} replications",
        "better": "better",
        "worse": "worse",
        "other": "another value",
        "not_tested": "{n} replications",
        "so_far": "so far, {n} of {of} replications",
        "early": "Looked at early, a difference may still turn; wait for all replications before you cite it.",
        "from_to": "{base} → {changed} {unit}",
        "points": "percentage points",
        "effects": "What this comes to",
        "before_after": "{before} → {after}",
        "and_more": "and {n} more",
        # -- stages
        "reading": "Reading and checking the scenario …",
        "compiling": "Making the engine ready; the first time on a machine this takes a minute or two …",
        "building": "Building the changed corridor …",
        "simulating": "Simulating …",
        "waiting_turn": "Another window is at work; this one is next …",
        "lost": "The program does not answer. Is it still running in the terminal?",
        # -- saving, report
        "save": "Save as a scenario file",
        "save_name": "Name (a to z, 0 to 9, _)",
        "save_do": "Save",
        "save_there": "{file} is there already. Write over it?",
        "save_over": "Write over it",
        "saved": "Saved as {file}. The same numbers come from: corridor run ./{file}",
        "close": "Close",
        "report": "Make a report",
        "report_hint": "One file with question, answer, pictures, changes and evidence, as it is against with your changes.",
        "report_needs": "The changes are saved as a scenario first.",
        "report_do": "Make the report",
        "report_working": "{done} of {of} replications",
        "report_drawing": "Drawing the pictures …",
        "report_open": "Open the report",
        "report_saved": "The report is the file {file}",
        "cancel": "Cancel",
        "foot": "A model, not a forecast of a day: cite differences with their interval, and levels with their verdict.",
        # -- units of time beside a slider
        "unit_min": "min",
        "unit_h": "h",
        "unit_d": "d",
    }
)

#: Refusals that the page can meet, by their HTTP status.
REFUSED = Words(
    {
        "not_found": "not found",
        "host": "this address is not the program's own: open the address that corridor serve printed",
        "origin": "the request does not come from the program's own page",
        "method": "not allowed",
        "large": "the request is larger than {most} bytes",
        "slow": "the request did not come within {seconds} s",
        "json": "the request is not JSON of the expected form: {what}",
        "busy": "{n} questions wait already; close other windows or try again",
        "old": "an older question than the one that is worked at",
        "failed": "the program failed at this; the terminal says more",
    }
)
