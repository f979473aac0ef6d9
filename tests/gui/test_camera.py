"""What part of the canvas is seen, worked out for a view of 864 by 564 pixels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView

from hvstudio.gui.canvas.camera import LARGEST_SCALE, SMALLEST_SCALE, Camera
from hvstudio.model.geometry import Rect

pytestmark = pytest.mark.gui


class Stand:
    """A view without bars and frame, its camera, and the scales that it told."""

    def __init__(self) -> None:
        self.scene = QGraphicsScene(-10000.0, -10000.0, 20000.0, 20000.0)
        self.view = QGraphicsView(self.scene)
        self.view.setFrameStyle(0)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.resize(864, 564)
        self.view.show()  # before that the viewport has no size of its own
        self.told: list[float] = []
        self.camera = Camera(self.view, self.told.append)

    def middle(self) -> tuple[float, float]:
        """The point of the scene in the middle of the view."""
        point = self.view.mapToScene(self.view.viewport().rect()).boundingRect().center()
        return point.x(), point.y()


@pytest.fixture
def stand() -> Iterator[Stand]:
    made = Stand()
    assert (made.view.viewport().width(), made.view.viewport().height()) == (864, 564)
    yield made
    made.view.close()
    made.view.deleteLater()


def near(x: float, y: float) -> object:
    return pytest.approx((x, y), abs=2.0)


@pytest.mark.parametrize(
    ("bounds", "scale"),
    [
        (Rect(0.0, 0.0, 1000.0, 500.0), 0.8),  # 864 - 2 * 32 = 800 of room across
        (Rect(100.0, 200.0, 500.0, 1000.0), 0.5),  # 564 - 2 * 32 = 500 down
        (Rect(0.0, 0.0, 10.0, 10.0), 1.25),  # small ones are not blown up beyond that
    ],
)
def test_fitting_shows_all_with_a_margin(stand: Stand, bounds: Rect, scale: float) -> None:
    stand.camera.fit(bounds)
    assert stand.camera.scale == pytest.approx(scale)
    assert stand.middle() == near(bounds.x + bounds.width / 2, bounds.y + bounds.height / 2)
    assert stand.camera.sees(bounds)
    assert stand.told == [pytest.approx(scale)]


@pytest.mark.parametrize("nothing", [Rect(5.0, 5.0, 0.0, 0.0), Rect(5.0, 5.0, 9.0, 0.0), Rect(5.0, 5.0, 0.0, 9.0)])
def test_fitting_nothing_goes_to_the_origin_at_full_size(stand: Stand, nothing: Rect) -> None:
    stand.camera.set_scale(0.3)
    stand.camera.fit(nothing)
    assert stand.camera.scale == 1.0
    assert stand.middle() == near(0.0, 0.0)


def test_scales_stay_within_limits_and_are_told_only_when_new(stand: Stand) -> None:
    stand.camera.set_scale(1.0)
    assert stand.told == []
    for asked, got in ((0.001, SMALLEST_SCALE), (99.0, LARGEST_SCALE), (2.0, 2.0), (2.0, 2.0)):
        stand.camera.set_scale(asked)
        assert stand.camera.scale == pytest.approx(got)
    assert stand.told == [pytest.approx(0.02), pytest.approx(5.0), pytest.approx(2.0)]


def test_zooming_keeps_what_is_under_the_pointer(stand: Stand) -> None:
    before = stand.view.mapToScene(QPoint(100, 400))
    stand.camera.zoom(2.0, QPointF(100.0, 400.0))
    after = stand.view.mapToScene(QPoint(100, 400))
    assert stand.camera.scale == 2.0
    assert (after.x(), after.y()) == near(before.x(), before.y())


def test_zooming_without_a_pointer_keeps_the_middle(stand: Stand) -> None:
    stand.view.centerOn(300.0, 700.0)
    before = stand.middle()
    stand.camera.zoom(2.0)
    assert stand.middle() == near(*before)


def test_scrolling_moves_the_diagram_by_so_many_pixels(stand: Stand) -> None:
    before = stand.view.mapFromScene(0.0, 0.0)
    stand.camera.scroll(QPoint(30, -20))
    assert stand.view.mapFromScene(0.0, 0.0) - before == QPoint(30, -20)


@pytest.mark.parametrize(
    ("held", "moved"),
    [
        (QPoint(10, 300), QPoint(10, 0)),  # 30 into the edge of 40: a third of it
        (QPoint(853, 300), QPoint(-10, 0)),  # the room ends at 863 - 40 = 823
        (QPoint(400, 1), QPoint(0, 13)),
        (QPoint(400, 562), QPoint(0, -13)),  # 562 - (563 - 40) = 39
        (QPoint(40, 300), QPoint(0, 0)),
        (QPoint(900, 300), QPoint(0, 0)),  # outside
    ],
)
def test_dragging_near_an_edge_scrolls_by_a_third_of_how_near(stand: Stand, held: QPoint, moved: QPoint) -> None:
    before = stand.view.mapFromScene(0.0, 0.0)
    stand.camera.start_dragging()
    stand.camera.scroll_at_edge(QPoint(400, 300))
    stand.camera.scroll_at_edge(held)
    assert stand.view.mapFromScene(0.0, 0.0) - before == moved


def test_coming_in_over_an_edge_scrolls_nothing_until_it_was_inside(stand: Stand) -> None:
    before = stand.view.mapFromScene(0.0, 0.0)
    stand.camera.start_dragging()
    stand.camera.scroll_at_edge(QPoint(10, 300))
    assert stand.view.mapFromScene(0.0, 0.0) == before
    stand.camera.scroll_at_edge(QPoint(400, 300))
    stand.camera.start_dragging()
    stand.camera.scroll_at_edge(QPoint(10, 300))
    assert stand.view.mapFromScene(0.0, 0.0) == before


@pytest.mark.parametrize(("scale", "after"), [(0.5, 0.8), (0.6, 0.6), (2.0, 2.0)])
def test_centring_comes_near_enough_to_read(stand: Stand, scale: float, after: float) -> None:
    stand.camera.set_scale(scale)
    stand.camera.centre_on(Rect(1000.0, 500.0, 200.0, 100.0))
    assert stand.camera.scale == pytest.approx(after)
    assert stand.middle() == near(1100.0, 550.0)


def test_revealing_moves_as_little_as_needed(stand: Stand) -> None:
    stand.view.centerOn(0.0, 0.0)
    stand.camera.reveal(Rect(-50.0, -50.0, 100.0, 100.0))
    assert stand.middle() == near(0.0, 0.0)
    stand.camera.reveal(Rect(500.0, 0.0, 100.0, 40.0))  # its right end 600 and a margin of 32 reach 432 from the middle
    assert stand.middle() == near(600.0 + 32.0 - 432.0, 0.0)
    assert stand.camera.scale == 1.0
    stand.camera.set_scale(0.2)
    stand.camera.reveal(Rect(500.0, 0.0, 100.0, 40.0))
    assert stand.camera.scale == pytest.approx(0.8)
    assert stand.middle() == near(550.0, 20.0)


def test_staying_with_a_diagram_fits_it_only_when_it_does_not_fit_any_more(stand: Stand) -> None:
    stand.camera.set_scale(0.5)
    stand.view.centerOn(0.0, 0.0)
    stand.camera.stay_with(Rect(-100.0, -100.0, 200.0, 200.0))
    assert stand.middle() == near(0.0, 0.0)
    stand.camera.stay_with(Rect(700.0, 0.0, 300.0, 100.0))  # ends at 1000; 864 and a margin of 64 are seen and kept
    assert stand.camera.scale == pytest.approx(0.5)
    assert stand.middle() == near(1000.0 + 64.0 - 864.0, 0.0)
    stand.camera.stay_with(Rect(0.0, 0.0, 2000.0, 100.0))
    assert stand.camera.scale == pytest.approx(0.4)  # 800 / 2000
    assert stand.middle() == near(1000.0, 50.0)


def test_keeping_in_sight_centres_only_what_is_out_of_it(stand: Stand) -> None:
    stand.view.centerOn(0.0, 0.0)
    stand.camera.keep_in_sight(Rect(100.0, 100.0, 100.0, 40.0))
    assert stand.middle() == near(0.0, 0.0)
    stand.camera.keep_in_sight(Rect(-400.0, -20.0, 5000.0, 40.0))  # wider than the view: its beginning is enough
    assert stand.middle() == near(0.0, 0.0)
    stand.camera.keep_in_sight(Rect(2000.0, 1000.0, 100.0, 40.0))
    assert stand.middle() == near(2050.0, 1020.0)
